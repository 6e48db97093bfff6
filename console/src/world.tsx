// Tests enter through the front door: a page at its address, and a server that answers by rule.
import { MantineProvider } from "@mantine/core";
import { Notices } from "./components/Notices";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { FunctionComponent } from "react";
import { vi } from "vitest";
import { parseSearch, stringifySearch, type Search } from "./components/search";

export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: unknown;
}

type Answer = object | ((call: Call) => object);
type Rules = Record<string, Answer>;

/** A refusal as the API writes it. */
export function refusal(status: number, body: object, headers: Record<string, string> = {}) {
  const type = { "Content-Type": "application/json" };
  return new Response(JSON.stringify({ status, ...body }), {
    status,
    headers: { ...type, ...headers },
  });
}

/** Stand in for the server: "GET /path" -> body, Response, or a function of the call. */
export function serve(rules: Rules): Call[] {
  const calls: Call[] = [];
  const known: Rules = {
    "GET /api/v2/users/me": {
      id: "me",
      name: "Ada",
      authorization: { permissions: ["*:*:*"] },
    },
    ...rules,
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.clone().text();
    const call: Call = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: parsed(text),
    };
    calls.push(call);
    const rule = known[`${call.method} ${call.path}`] ?? { entities: [] };
    const answer: unknown =
      typeof rule === "function" ? (rule as (call: Call) => Answer)(call) : rule;
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  });
  return calls;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Open a page at an address, as the router of the product would. */
export function open(component: FunctionComponent, address: string, path = address.split("?")[0]) {
  const root = createRootRoute({ validateSearch: (search: Search) => search });
  const here = createRoute({ getParentRoute: () => root, path: path ?? "/", component });
  const elsewhere = createRoute({ getParentRoute: () => root, path: "$", component: () => null });
  const router = createRouter({
    routeTree: root.addChildren([here, elsewhere]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch,
    stringifySearch,
  });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MantineProvider env="test">
      <Notices />
      <QueryClientProvider client={queries}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return router;
}

/** Show a component that needs only theme and words. */
export function show(element: React.ReactNode) {
  return render(<MantineProvider env="test">{element}</MantineProvider>);
}
