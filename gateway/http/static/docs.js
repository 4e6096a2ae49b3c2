"use strict";

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  supportedSubmitMethods: ["get", "put", "post", "delete"],
  syntaxHighlight: { theme: "idea" },
  defaultModelsExpandDepth: 0,
  // There is one server, the one that serves this page: nothing to choose.
  plugins: [{ wrapComponents: { ServersContainer: () => () => null } }],
});
