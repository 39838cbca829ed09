import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markup } from "./markup";

const html = (text: string) => render(<Markup text={text} />).container.innerHTML;

describe("WhatsApp mark-up", () => {
  it.each([
    ["*hola*", "<strong>hola</strong>"],
    ["_hola_ y ~chau~", "<em>hola</em> y <s>chau</s>"],
    ["*muy _bien_ dicho*", "<strong>muy <em>bien</em> dicho</strong>"],
    ["(*sí*)", "(<strong>sí</strong>)"],
    ["```a *b* c```", "<code>a *b* c</code>"],
    ["usá `reboot`", "usá <code>reboot</code>"],
  ])("shows %s", (text, expected) => expect(html(text)).toBe(expected));

  it.each(["2*3*4", "snake_case_name", "* lista *", "**", "precio* y otro*", "*sin\ncerrar*", "5 ~ 6 ~ 7"])(
    "leaves %s as it was written",
    (text) => expect(html(text)).toBe(text),
  );

  it("never turns customers' text into HTML", () => {
    const { container } = render(<Markup text={'<img src=x onerror="alert(1)"> *<b>x</b>*'} />);
    expect(container.querySelector("img, b")).toBeNull();
    expect(container.textContent).toBe('<img src=x onerror="alert(1)"> <b>x</b>');
  });

  it("makes links of http addresses only, without the full stop after them", () => {
    const { container } = render(<Markup text="Mirá https://ejemplo.com.ar/a_b_c?x=1. y javascript:alert(1)" />);
    const links = [...container.querySelectorAll("a")];
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://ejemplo.com.ar/a_b_c?x=1"]);
    expect(links[0]?.rel).toContain("noopener");
    expect(container.textContent).toBe("Mirá https://ejemplo.com.ar/a_b_c?x=1. y javascript:alert(1)");
  });
});
