import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { PasteExample } from "./PasteExample";

it("names the path that the runbook's proxy lets through, and the method as MikroWisp's screen calls it", () => {
  render(
    <MantineProvider>
      <PasteExample pushUrl={null} />
    </MantineProvider>,
  );
  expect(screen.getByText("https://DIRECCION-DEL-SERVIDOR/gw/send")).toBeDefined();
  expect(screen.getByText("Envío POST")).toBeDefined();
});
