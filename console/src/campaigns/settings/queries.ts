// Changing what holds for all campaigns.
import { answer, api } from "@/api/client";
import { ApiError } from "@/api/errors";
import { told } from "../queries";
import type { OutboundSettings } from "../types";
import type { SettingsValues } from "./SettingsPage";

export const changeSettings = (values: SettingsValues, version: number | undefined) =>
  told<OutboundSettings>(
    answer(
      api.PATCH("/api/v2/outbound/settings", {
        body: {
          ...values,
          quietHours: values.quietHours as Record<string, unknown> | null,
          version,
        },
      }),
    ),
  );

/** A detail about one price, such as prices[0].country, is said at the prices. */
export function atOurFields(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const { message, code, contextId, status } = error;
  const details = error.details.map((detail) => ({
    ...detail,
    fieldName: detail.fieldName?.replace(/\[.*$/, ""),
  }));
  throw new ApiError({ message, code, contextId, details }, status);
}
