// A button that opens a sheet in which files of what is on the page are ordered and fetched.
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { lazy, Suspense, useState } from "react";
import type { ExportSource } from "./source";

const FilesSheet = lazy(() => import("./FilesSheet"));

interface Props {
  source: ExportSource;
  label: string;
}

export function ExportSheet({ source, label }: Props) {
  const [isOpen, sheet] = useDisclosure(false);
  const [isWanted, setWanted] = useState(false);
  const open = () => {
    setWanted(true);
    sheet.open();
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {label}
      </Button>
      {isWanted && (
        <Suspense>
          <FilesSheet source={source} label={label} isOpen={isOpen} onClose={sheet.close} />
        </Suspense>
      )}
    </>
  );
}
