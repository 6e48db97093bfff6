// A notification being written: what was chosen, how it would look, and what speaks against it.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError, fieldErrors } from "@/api/errors";
import type {
  AgentlessRequest,
  AgentlessResponse,
  Part,
  Placeholder,
  Refusal,
  Template,
  TemplateContent,
} from "@/api/types";
import { previewQuery, sendAgentless } from "./queries";

interface Written {
  integrationId?: string;
  template?: Template;
  parameters: Record<string, string>;
  toAddress: string;
  useExisting: boolean;
}

export interface Draft extends Written {
  change: (changes: Partial<Written>) => void;
  /** What would be sent; null while something is missing. */
  request: AgentlessRequest | null;
  rendered: TemplateContent | undefined;
  refusals: Refusal[];
  /** Ask again, after a reason was mended. */
  recheck: () => void;
  errorAt: (field: string) => string | undefined;
  error: Error | null;
  isSending: boolean;
  send: () => void;
}

export function useDraft(onSent: (sent: AgentlessResponse) => void): Draft {
  const [written, setWritten] = useState<Written>({
    parameters: {},
    toAddress: "",
    useExisting: false,
  });
  const key = useRef<string>(undefined);
  const request = requestOf(written);
  const [settled] = useDebouncedValue(request, 300, { leading: true });
  const preview = useQuery({
    ...previewQuery(request && settled),
    placeholderData: keepPreviousData,
  });
  const sending = useMutation({
    mutationFn: (body: AgentlessRequest) => sendAgentless(body, (key.current ??= newKey())),
    onSuccess: onSent,
  });
  const change = (changes: Partial<Written>) => {
    // Another text is another message, so it must not be taken for a repetition of the last.
    key.current = undefined;
    sending.reset();
    setWritten((before) => ({ ...before, ...changes }));
  };
  const refusals = request ? (preview.data?.refusals ?? []) : [];
  const failure = sending.error ?? preview.error;
  const atFields = failure instanceof ApiError ? fieldErrors(failure, ["toAddress"]) : {};
  return {
    ...written,
    change,
    request,
    rendered: (request && preview.data?.rendered) || filledIn(written),
    refusals,
    recheck: () => void preview.refetch(),
    errorAt: (field) =>
      atFields[field] ?? refusals.find((refusal) => refusal.field === field)?.message,
    error: Object.keys(atFields).length > 0 ? null : failure,
    isSending: sending.isPending,
    send: () => request && sending.mutate(request),
  };
}

/** A fresh idempotency key. (crypto.randomUUID exists only over https; this also without.) */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join(
    "-",
  );
}

export function placeholderKey({ part, key, index }: Placeholder): string {
  return `${part}.${index ?? 0}.${key}`;
}

function requestOf(written: Written): AgentlessRequest | null {
  const { integrationId, template, parameters, toAddress, useExisting } = written;
  const isFilled = template?.placeholders.every(
    (each) => each.required === false || parameters[placeholderKey(each)],
  );
  if (!integrationId || !template || !isFilled || toAddress.replace(/\D/g, "").length < 7)
    return null;
  const of = (part: Part) =>
    template.placeholders
      .filter((placeholder) => placeholder.part === part)
      .map((placeholder) => ({
        id: placeholder.key,
        value: parameters[placeholderKey(placeholder)] ?? "",
      }))
      .filter(({ value }) => value !== "");
  return {
    fromAddress: integrationId,
    toAddress,
    toAddressMessengerType: "whatsapp",
    messagingTemplate: {
      responseId: template.responseId,
      headerParameters: of("header"),
      bodyParameters: of("body"),
      buttonUrlParameters: of("button"),
    },
    useExistingActiveConversation: useExisting,
  };
}

/** The template with what is typed so far; what is not stays a marked variable. */
export function filledIn({ template, parameters }: Pick<Written, "template" | "parameters">) {
  if (!template) return undefined;
  const fill = (part: Part, text: string | undefined) =>
    text?.replace(/\{\{\s*([^}]+?)\s*\}\}/g, (variable, key: string) => {
      const placeholder = template.placeholders.find(
        (each) => each.part === part && each.key === key,
      );
      return (placeholder && parameters[placeholderKey(placeholder)]) || variable;
    });
  const { header, footer, buttons } = template;
  return {
    header: header && { ...header, text: fill("header", header.text) },
    body: fill("body", template.body),
    footer,
    buttons,
  };
}
