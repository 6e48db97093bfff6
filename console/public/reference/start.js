/* global window */
// Shows the product's own OpenAPI document; a try-out goes to this host.
window.SwaggerUIBundle({
  url: "/api/v2/docs/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});
