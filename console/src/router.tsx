// Every page and its address. Areas are fetched when first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { queries } from "./api/queries";
import { meQuery, sessionQuery } from "./api/session";
import { parseSearch, stringifySearch, type Search } from "./components/search";
import { chooseLanguage, hasChosenLanguage, isLanguage, withWords } from "./locales";
import { firstPage } from "./shell/areas";
import { AppShell } from "./shell/AppShell";
import { NotFound, PageError, PagePending } from "./shell/PageStates";

const anySearch = (search: Search): Search => search;

const root = createRootRoute({ notFoundComponent: NotFound, validateSearch: anySearch });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("./login/LoginPage"), "LoginPage"),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: AppShell,
  errorComponent: PageError,
  beforeLoad: async ({ location }) => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: "/login", search: { next: location.href } });
    const { locale } = await queries.ensureQueryData(meQuery);
    if (isLanguage(locale) && !hasChosenLanguage())
      await chooseLanguage(locale, { remember: false });
  },
});

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: async () => {
    const me = await queries.ensureQueryData(meQuery);
    const href = firstPage(me.authorization?.permissions ?? []);
    if (href) throw redirect({ href });
  },
  component: NotFound,
});

type Page = Parameters<typeof lazyRouteComponent>[0];
const page = <P extends string>(path: P, load: Page, name: string) =>
  createRoute({ getParentRoute: () => signedIn, path, component: lazyRouteComponent(load, name) });

const desk = withWords("desk", () => import("./desk"));
const campaigns = withWords("outbound", () => import("./campaigns"));
const campaignEditor = withWords("outbound", () => import("./campaigns/editor"));
const campaignBoard = withWords("outbound", () => import("./campaigns/board"));
const campaignSettings = withWords("outbound", () => import("./campaigns/settings"));
const contacts = withWords("outbound", () => import("./contacts"));
const dnc = withWords("outbound", () => import("./dnc"));
const channels = withWords("setup", () => import("./channels"));
const templates = withWords("setup", () => import("./templates"));
const consent = withWords(["consent", "outbound", "setup"], () => import("./consent"));
const people = withWords("setup", () => import("./people"));
const routing = withWords("routing", () => import("./routing"));
const board = withWords("routing", () => import("./board"));
const surveys = withWords("routing", () => import("./surveys"));
const oauth = withWords("setup", () => import("./oauth"));
const audit = withWords(["routing", "setup"], () => import("./audit"));
const system = withWords("setup", () => import("./system"));
const reports = withWords("setup", () => import("./reports"));

const tree = root.addChildren([
  login,
  signedIn.addChildren([
    home,
    page("/desk", desk, "DeskPage"),
    page("/interactions", () => import("./interactions"), "InteractionsPage"),
    page("/interactions/send", () => import("./interactions/send"), "SendPage"),
    page("/interactions/$id", () => import("./interactions/detail"), "InteractionPage"),
    page("/profile", () => import("./profile"), "ProfilePage"),
    page("/campaigns", campaigns, "CampaignsPage"),
    page("/campaigns/new", campaignEditor, "NewCampaignPage"),
    page("/campaigns/$id/edit", campaignEditor, "EditCampaignPage"),
    page("/campaigns/settings", campaignSettings, "CampaignSettingsPage"),
    page("/campaigns/$id", campaignBoard, "CampaignPage"),
    page("/contacts/lists", contacts, "ListsPage"),
    page("/contacts/lists/$id", contacts, "ListPage"),
    page("/contacts/dnc", dnc, "DncListsPage"),
    page("/contacts/dnc/$id", dnc, "DncListPage"),
    page("/channels", channels, "IntegrationsPage"),
    page("/channels/whatsapp/new", channels, "ConnectPage"),
    page("/channels/whatsapp/$id", channels, "IntegrationPage"),
    page("/channels/content-profiles", channels, "ContentProfilesPage"),
    page("/channels/workstreams", routing, "WorkstreamsPage"),
    page("/channels/workstreams/$id", routing, "WorkstreamPage"),
    page("/templates", templates, "TemplatesPage"),
    page("/templates/$id", templates, "TemplatePage"),
    page("/consent", consent, "ConsentPage"),
    page("/consent/imports", consent, "ImportsPage"),
    page("/consent/suppressions", consent, "SuppressionsPage"),
    page("/consent/imports/$id", consent, "ImportPage"),
    page("/consent/keywords", consent, "KeywordsPage"),
    page("/reports/now", board, "BoardPage"),
    page("/reports/surveys", surveys, "SurveysPage"),
    page("/reports/usage", reports, "UsagePage"),
    page("/administration/people", people, "PeoplePage"),
    page("/administration/people/new", people, "NewPersonPage"),
    page("/administration/people/$id", people, "PersonPage"),
    page("/administration/roles", people, "RolesPage"),
    page("/administration/roles/$id", people, "RolePage"),
    page("/administration/divisions", people, "DivisionsPage"),
    page("/administration/queues", routing, "QueuesPage"),
    page("/administration/queues/$id", routing, "QueuePage"),
    page("/administration/skills", routing, "SkillsPage"),
    page("/administration/hours", routing, "HoursListPage"),
    page("/administration/hours/$id", routing, "HoursPage"),
    page("/administration/wrapup-codes", routing, "WrapupCodesPage"),
    page("/administration/oauth", oauth, "ClientsPage"),
    page("/administration/oauth/$id", oauth, "ClientPage"),
    page("/administration/audit", audit, "AuditPage"),
    page("/administration/system", system, "SystemPage"),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: "intent",
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
  parseSearch,
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
