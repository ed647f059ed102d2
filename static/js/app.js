// Where the browser side begins.
import * as live from "./core/live.js";
import "./posts/composer.js";
import * as actions from "./posts/actions.js";
import * as outbox from "./posts/outbox.js";
import * as stream from "./posts/stream.js";
import "./posts/views.js";
import * as connection from "./shell/connection.js";
import "./shell/forms.js";
import * as navigate from "./shell/navigate.js";
import * as preferences from "./shell/preferences.js";
import * as shortcuts from "./shell/shortcuts.js";

outbox.begin();
preferences.begin();
stream.begin();
actions.begin();
navigate.begin();
connection.begin();
shortcuts.begin();
live.connect();
