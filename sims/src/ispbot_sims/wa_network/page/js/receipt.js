// A believable transfer receipt, drawn here, so that a demo needs no file at hand.

/** Draw a receipt for `amount` pesos paid to `payee` and return it as a JPEG file. */
export async function sampleReceipt(amount, payee) {
  const canvas = document.createElement("canvas");
  canvas.width = 720;
  canvas.height = 1080;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#f3f5f8";
  pen.fillRect(0, 0, 720, 1080);
  pen.fillStyle = "#0b5d4e";
  pen.fillRect(0, 0, 720, 170);
  const write = (text, x, y, font, color = "#1d2430") => {
    pen.font = font;
    pen.fillStyle = color;
    pen.fillText(text, x, y);
  };
  write("Banco Serrano", 50, 75, "bold 40px sans-serif", "#ffffff");
  write("Comprobante de transferencia", 50, 128, "28px sans-serif", "#d5efe8");
  const money = new Intl.NumberFormat("es-AR", { style: "currency", currency: "ARS" }).format(amount);
  write(money, 50, 285, "bold 66px sans-serif");
  const now = new Date();
  const rows = [
    ["Fecha", `${now.toLocaleDateString("es-AR")} ${now.toLocaleTimeString("es-AR", { hour: "2-digit", minute: "2-digit", hour12: false })}`],
    ["Para", payee],
    ["CUIT", "30-71555888-4"],
    ["Concepto", "Varios"],
    ["Estado", "Aprobada"],
    ["N.º de operación", String(Math.floor(1e10 + Math.random() * 9e10))],
  ];
  rows.forEach(([name, value], row) => {
    const y = 380 + row * 105;
    write(name, 50, y, "26px sans-serif", "#667085");
    write(value, 50, y + 42, "32px sans-serif");
  });
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.9); });
  return new File([blob], "comprobante.jpg", { type: "image/jpeg" });
}
