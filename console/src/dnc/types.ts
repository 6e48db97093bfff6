// The shapes of do-not-contact lists, cut from the API's document.
import type { Asked, Row } from "@/api/types";

export type DncList = Row<"/api/v2/outbound/dnclists">;
export type DncListEdit = Asked<"/api/v2/outbound/dnclists">;
