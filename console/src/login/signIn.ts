// The steps of signing in, as the API asks for them one after another.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, rememberCsrfToken } from "@/api/client";
import { ApiError } from "@/api/errors";
import { sessionQuery } from "@/api/session";
import type { Login } from "@/api/types";

type Step = "password" | "totp" | "organization";

export interface SignIn {
  step: Step;
  organizations: string[];
  error: Error | null;
  isBusy: boolean;
  /** The moment (ms) until which further attempts are refused; 0 when they are not. */
  waitUntil: number;
  waitIsOver: () => void;
  submit: (login: Login) => Promise<void>;
}

export function useSignIn(onSignedIn: () => void): SignIn {
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>("password");
  const [organizations, setOrganizations] = useState<string[]>([]);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [waitUntil, setWaitUntil] = useState(0);

  const refused = (failure: Error) => {
    if (!(failure instanceof ApiError)) return setError(failure);
    if (failure.code === "totp.required") return setStep("totp");
    if (failure.code === "organization.required") {
      setOrganizations(
        failure.details.flatMap((detail) => detail.entityName ?? detail.message ?? []),
      );
      return setStep("organization");
    }
    if (failure.status === 429) setWaitUntil(Date.now() + (failure.retryAfterSeconds ?? 30) * 1000);
    setError(failure);
  };
  const submit = async (login: Login) => {
    setBusy(true);
    setError(null);
    try {
      const session = await answer(api.POST("/api/v2/sessions", { body: login }));
      rememberCsrfToken(session.csrfToken);
      queries.clear();
      queries.setQueryData(sessionQuery.queryKey, session);
      onSignedIn();
    } catch (failure) {
      refused(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  const waitIsOver = () => {
    setWaitUntil(0);
    setError(null);
  };
  return { step, organizations, error, isBusy, waitUntil, waitIsOver, submit };
}
