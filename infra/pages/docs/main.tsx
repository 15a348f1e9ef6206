// The API reference: swagger-ui over `GET /openapi.json`, to read. Nobody signs in here, and nothing calls the API.

import SwaggerUI from "swagger-ui-dist/swagger-ui-bundle.js";
import "./style.css";
import { mended, parts } from "./parts";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** swagger-ui's dark sheet follows the system, or what was chosen on another page. */
function themed(): void {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("season.theme");
  } catch {
    // A browser that keeps nothing follows the system.
  }
  if (chosen === "light" || chosen === "dark") root.setAttribute("data-theme", chosen);
  root.classList.toggle("dark-mode", chosen === "dark" || (chosen !== "light" && dark.matches));
}

themed();
dark.addEventListener("change", themed);
const reference = document.getElementById("reference")!;
mended(reference);
SwaggerUI({
  url: "/openapi.json",
  domNode: reference,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  syntaxHighlight: { activated: false },
  validatorUrl: null,
  plugins: [parts],
});
