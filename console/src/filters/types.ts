// The shapes of filters, cut from the API's document.
import type { Asked, Made, Row } from "@/api/types";

export type Filter = Row<"/api/v2/outbound/contactlistfilters">;
export type FilterEdit = Asked<"/api/v2/outbound/contactlistfilters">;
export type Preview = Made<"/api/v2/outbound/contactlistfilters/preview">;
export type Clause = NonNullable<FilterEdit["clauses"]>[number];
export type Predicate = Clause["predicates"][number];
export type Joint = "AND" | "OR";

/** What a list must tell for a filter over it. */
export interface FilteredList {
  id: string;
  columnNames: string[];
  columnDataTypeSpecifications?: { columnName: string; columnDataType?: string }[];
}
