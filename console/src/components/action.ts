// A click that writes: runs the call, says it worked or why not, and renews what it touched.
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMessage } from "./ErrorNotice";
import { useNotice } from "./notice";

interface Options<R> {
  /** The words shown when it worked. */
  done?: string | ((result: R) => string);
  /** The lists and things to read again. */
  renew?: QueryKey[];
  after?: (result: R) => void;
}

export function useAction<A, R>(run: (argument: A) => Promise<R>, options: Options<R> = {}) {
  const queries = useQueryClient();
  const message = useMessage();
  const notice = useNotice();
  const { t } = useTranslation();
  const closeButtonProps = { "aria-label": t("common.close") };
  return useMutation({
    mutationFn: run,
    onSuccess: async (result) => {
      const words = typeof options.done === "function" ? options.done(result) : options.done;
      if (words) notice(words);
      options.after?.(result);
      await Promise.all(
        (options.renew ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
    },
    onError: (error) =>
      notifications.show({
        message: message(error),
        color: "red",
        autoClose: 10_000,
        closeButtonProps,
      }),
  });
}
