// Parts of swagger-ui that are left out or replaced: what would ask for a token or call the API, its own title, and
// links within buttons, which keyboards and readers cannot tell apart.

/** An immutable record of swagger-ui's. */
interface Kept {
  get(name: string): unknown;
}

/** The React of swagger-ui, with which its parts are made. */
interface System {
  React: { createElement(type: unknown, props?: object | null, ...children: unknown[]): unknown; Fragment: unknown };
  getComponent(name: string, container?: boolean): unknown;
  specSelectors: { info(): Kept };
}

type Part<Props> = (original: unknown, system: System) => (props: Props) => unknown;

const nothing: Part<unknown> = () => () => null;

/** What the document says of itself; the page has its title already. */
const InfoContainer: Part<unknown> = (_, { React, getComponent, specSelectors }) => () => {
  const about = specSelectors.info();
  const licence = about.get("license") as Kept | undefined;
  return React.createElement(
    "section",
    { className: "about", "aria-label": "About the API" },
    React.createElement(getComponent("Markdown", true), { source: about.get("description") }),
    React.createElement("p", { className: "note" }, `Version ${about.get("version")}. Licence: ${licence?.get("name")}.`),
    React.createElement("h2", null, "Routes"),
  );
};

const DeepLink: Part<{ text: unknown }> = (_, { React }) => ({ text }) => React.createElement("span", null, text);

/** The path of a route, and the scope that its token needs. */
const OperationSummaryPath: Part<{ operationProps: Kept }> = (original, { React }) => (props) => {
  const said = props.operationProps.get("security") as { toJS?(): unknown } | undefined;
  const security = (said?.toJS?.() ?? said ?? []) as { jwt?: string[] }[];
  const scopes = security.flatMap(({ jwt }) => jwt ?? []);
  return React.createElement(
    React.Fragment,
    null,
    React.createElement(original, props),
    scopes.length > 0 && React.createElement("span", { className: "needs" }, `token: ${scopes.join(", ")}`),
  );
};

export const parts = {
  wrapComponents: {
    InfoContainer,
    DeepLink,
    OperationSummaryPath,
    authorizeBtn: nothing,
    authorizeOperationBtn: nothing,
    ServersContainer: nothing,
  },
};

/** What swagger-ui leaves without a name, or out of a keyboard's reach, has both; again after each change of the page. */
export function mended(page: HTMLElement): void {
  const mend = () => {
    for (const table of page.querySelectorAll("table[role=region]")) table.removeAttribute("role");
    for (const select of page.querySelectorAll("select:not([aria-label])")) {
      const media = select.closest(".content-type-wrapper, .response-control-media-type") !== null;
      select.setAttribute("aria-label", media ? "Media type" : "Example");
    }
    for (const code of page.querySelectorAll("pre:not([tabindex])")) code.setAttribute("tabindex", "0");
  };
  new MutationObserver(mend).observe(page, { childList: true, subtree: true });
}
