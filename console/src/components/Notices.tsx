// Where notices appear. What draws them is fetched with the first: a page begins without.
import { useNotifications } from "@mantine/notifications";
import { lazy, Suspense, useState } from "react";

const Notifications = lazy(async () => ({
  default: (await import("./drawnNotices")).Notifications,
}));

export function Notices() {
  const { notifications } = useNotifications();
  const [isWanted, setWanted] = useState(false);
  if (notifications.length > 0 && !isWanted) setWanted(true);
  return <Suspense>{isWanted && <Notifications position="bottom-center" />}</Suspense>;
}
