// Connects with the official client; writes what it hears as JSON lines, takes commands the same way.
// Arguments: the server's address and, as JSON, the options of the connection.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [address, options] = process.argv.slice(2);
const write = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const socket = io(address, { forceNew: true, ...JSON.parse(options) });

socket.on("connect", () => write({ name: "connect" }));
socket.on("disconnect", (reason) => write({ name: "disconnect", data: reason }));
socket.on("connect_error", (error) => write({ name: "connect_error", data: error.message }));
socket.onAny((name, data) => write({ name, data }));

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { event, data, number } = JSON.parse(line);
  const answer = await socket.timeout(10_000).emitWithAck(event, data);
  write({ name: "acknowledgement", data: { number, answer } });
}).on("close", () => { socket.close(); process.exit(0); });
