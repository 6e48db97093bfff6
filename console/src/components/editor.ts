// The state of an editor: what was typed, what changed, what the API said at which field, and
// what to do when somebody else saved first. Nothing typed is lost on an error.
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { ApiError, fieldErrors } from "@/api/errors";

export type Values = Record<string, unknown>;

export interface Stored<V> {
  values: V;
  version?: number;
}

export interface EditorOptions<V extends Values> {
  initial: V;
  version?: number;
  /** The words for each field, to say what changed. */
  labels: Record<keyof V & string, string>;
  validate?: { [F in keyof V]?: (value: V[F], values: V) => string | null };
  /** Write; what it gives back, if anything, is what is stored now and the new starting point. */
  save: (values: V, version: number | undefined) => Promise<Stored<V> | undefined | void>;
  /** Fields of ours by another name of the API, such as newPassword for password. */
  also?: Record<string, keyof V & string>;
  /** Read the thing again; asked only after a 409, to find out whether somebody else saved. */
  reread?: () => Promise<Stored<V>>;
}

export interface Editor<V extends Values> {
  form: UseFormReturnType<V>;
  labels: EditorOptions<V>["labels"];
  changed: (keyof V & string)[];
  error: Error | null;
  isSaving: boolean;
  conflict: Stored<V> | null;
  submit: () => Promise<void>;
  keepMine: () => Promise<void>;
  takeTheirs: () => void;
}

export function useEditor<V extends Values>(options: EditorOptions<V>): Editor<V> {
  const form = useForm<V>({
    initialValues: options.initial,
    validate: options.validate as never,
    validateInputOnBlur: true,
  });
  const [version, setVersion] = useState(options.version);
  const [error, setError] = useState<Error | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Stored<V> | null>(null);
  const fields = Object.keys(options.initial);
  const values = form.getValues();
  const initial = form.getInitialValues();
  const changed = fields.filter((field) => !isSame(values[field], initial[field]));

  const startFrom = (stored: Stored<V>) => {
    form.setInitialValues(stored.values);
    form.setValues(stored.values);
    setVersion(stored.version);
  };
  const fail = async (failure: Error) => {
    const theirs = await newerOf(failure, options, version);
    if (theirs) return setConflict(theirs);
    const atFields = failure instanceof ApiError ? fieldErrors(failure, fields, options.also) : {};
    form.setErrors(atFields);
    setError(Object.keys(atFields).length > 0 ? null : failure);
  };
  const save = async (against: number | undefined) => {
    setSaving(true);
    setError(null);
    setConflict(null);
    try {
      const stored = await options.save(form.getValues(), against);
      if (stored) startFrom(stored);
    } catch (failure) {
      await fail(failure as Error);
    } finally {
      setSaving(false);
    }
  };
  return {
    form,
    labels: options.labels,
    changed,
    error,
    isSaving,
    conflict,
    submit: async () => {
      if (!form.validate().hasErrors) await save(version);
    },
    keepMine: async () => {
      setVersion(conflict?.version);
      await save(conflict?.version);
    },
    takeTheirs: () => {
      if (conflict) startFrom(conflict);
      setConflict(null);
    },
  };
}

async function newerOf<V extends Values>(
  failure: Error,
  { reread }: EditorOptions<V>,
  version: number | undefined,
): Promise<Stored<V> | null> {
  if (!reread || !(failure instanceof ApiError) || failure.status !== 409) return null;
  const stored = await reread().catch(() => null);
  return stored && stored.version !== version ? stored : null;
}

export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
