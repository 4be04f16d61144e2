// A real OpenID Connect provider (the oidc-provider package) with its own sign-in page: whoever types a name is that
// person, in the groups that stand behind a "+" in it. Says its port when it listens.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [, , port, back] = process.argv;
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: "hyprbox",
    client_secret: "not-a-secret",
    redirect_uris: [back],
    token_endpoint_auth_method: "client_secret_post",
  }],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["for tests"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => {
      const [name, ...groups] = id.split("+");
      return { sub: id, preferred_username: name, groups };
    },
  }),
});
createServer(provider.callback()).listen(Number(port), "127.0.0.1", () => console.log("listening"));
