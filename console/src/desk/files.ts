// Files that are added to a message: announced, sent to where the product says, kept by their id.
import { useState } from "react";
import { answer, api } from "@/api/client";
import { ApiError, parseError } from "@/api/errors";
import { newKey, type At } from "./deeds";

export interface AddedFile {
  key: string;
  name: string;
  size: number;
  /** Its id, once the product has it. */
  id?: string;
  error?: Error;
}

export interface AddedFiles {
  files: AddedFile[];
  add: (files: Iterable<File>) => void;
  remove: (key: string) => void;
  clear: () => void;
}

export function useFiles(at: At | undefined): AddedFiles {
  const [files, setFiles] = useState<AddedFile[]>([]);
  const put = (key: string, change: Partial<AddedFile>) =>
    setFiles((all) => all.map((each) => (each.key === key ? { ...each, ...change } : each)));
  const add = (added: Iterable<File>) => {
    if (!at) return;
    for (const file of added) {
      const key = newKey();
      setFiles((all) => [...all, { key, name: file.name, size: file.size }]);
      upload(at, file, key)
        .then((id) => put(key, { id }))
        .catch((error: Error) => put(key, { error }));
    }
  };
  return {
    files,
    add,
    remove: (key) => setFiles((all) => all.filter((each) => each.key !== key)),
    clear: () => setFiles([]),
  };
}

async function upload(at: At, file: File, key: string): Promise<string> {
  const announced = await answer(
    api.POST(
      "/api/v2/conversations/messages/{conversation_id}/communications/{communication_id}/messages/media/uploads",
      {
        params: {
          path: { conversation_id: at.conversationId, communication_id: at.partId },
        },
        body: { fileName: file.name, contentLengthBytes: file.size },
        headers: { "Idempotency-Key": key },
      },
    ),
  );
  await send(announced.uploadUrl, file);
  return announced.id;
}

/** The address was given for this one file and needs no other proof; only its path is used. */
async function send(address: string, file: File): Promise<void> {
  const { pathname, search } = new URL(address, window.location.origin);
  const response = await fetch(pathname + search, { method: "PUT", body: file }).catch(() => {
    throw new ApiError({}, 0);
  });
  if (response.ok) return;
  throw parseError(await response.json().catch(() => undefined), response);
}
