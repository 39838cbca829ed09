import { ActionIcon, Tooltip } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { es } from "../i18n/es";
import { copyText } from "../lib/copyText";
import classes from "./CopyField.module.css";

const SHOWN_MS = 2000;

interface CopyFieldProps {
  label: string;
  value: string;
  copyLabel: string;
}

/** Something to paste elsewhere: its name, its text in full, and a button. */
export function CopyField({ label, value, copyLabel }: CopyFieldProps) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    if (!(await copyText(value))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  }
  return (
    <div className={classes.field}>
      <span className={classes.label}>{label}</span>
      <code className={classes.value}>{value}</code>
      <Tooltip label={copied ? es.common.copied : copyLabel}>
        <ActionIcon aria-label={copied ? es.common.copied : copyLabel} onClick={() => void copy()}>
          {copied ? <Check size={15} /> : <Copy size={15} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
