// An OpenID provider for the tests: its people, clients and key come as JSON in PROVIDER.
// Whoever names one of its people at the sign-in page is let in as them.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const { port, client, jwks, people } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://127.0.0.1:${port}`;
const accounts = new Map(Object.entries(people));

const page = (title, body) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${body}`;

const provider = new Provider(issuer, {
  clients: [client],
  jwks,
  claims: {
    openid: ['sub', 'sid'],
    email: ['email', 'email_verified'],
    profile: ['name', 'given_name', 'family_name', 'locale', 'zoneinfo', 'title', 'department', 'groups'],
  },
  cookies: { keys: ['only-for-the-tests'] },
  findAccount: (_ctx, id) => accounts.has(id)
    ? { accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }
    : undefined,
  // Everything that the client asks for is granted: consent is not what is tested.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
  // It asks nobody on this machine by itself; our server under test is there.
  fetch(url, options) {
    delete options.dispatcher;
    return fetch(url, options);
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = page('Sign out here?', `${form}<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`);
      },
    },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Interaction: 600, Session: 3600, Grant: 3600, IdToken: 600, AccessToken: 600 },
});

provider.on('backchannel.error', (_ctx, error) => console.error('back-channel logout:', error));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/people' && request.method === 'PUT') {
    const changed = JSON.parse(await body(request));
    for (const [id, claims] of Object.entries(changed)) accounts.set(id, claims);
    response.writeHead(204).end();
  } else if (url.pathname.startsWith('/interaction/')) {
    try {
      if (request.method === 'POST') {
        const login = new URLSearchParams(await body(request)).get('login');
        const result = accounts.has(login) ? { login: { accountId: login } } : { error: 'access_denied' };
        await provider.interactionFinished(request, response, result);
      } else {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end(page('Who are you?', `<form method="post"><label>Name <input name="login" autofocus></label> <button>Continue</button></form>`));
      }
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  } else {
    provider.callback()(request, response);
  }
});

async function body(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

server.listen(port, '127.0.0.1', () => console.log(`ready at ${issuer}`));
