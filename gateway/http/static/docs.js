"use strict";

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  supportedSubmitMethods: ["get", "put", "post", "delete"],
  syntaxHighlight: { theme: "idea" },
  defaultModelsExpandDepth: 0,
});
