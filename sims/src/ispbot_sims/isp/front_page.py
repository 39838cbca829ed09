"""What a browser shows at the demo provider's address: what this is, and whom it knows."""

from html import escape

from ispbot_sims.isp.company import COMPANY
from ispbot_sims.isp.contacts import DemoContact

_PAGE = """\
<!doctype html>
<html lang="es-AR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{company}: sistema de gestión de prueba</title>
<link rel="icon" href="data:,">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }}
</style>
</head>
<body>
<h1>{company}</h1>
<p>Este es el sistema de gestión de la empresa inventada. Hace las veces de MikroWisp, ISPCube e ISPBrain: el bot le pregunta
por su API y acá no hay nada para tocar. Para verlo trabajar, escribí desde el teléfono de prueba como uno de estos clientes.</p>
<table>
<thead><tr><th>Teléfono</th><th>Cliente</th><th>Situación</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def front_page(contacts: list[DemoContact]) -> str:
    """Return the page."""
    rows = "\n".join(
        f"<tr><td>+{escape(one.phone)}</td><td>{escape(one.name)}</td><td>{escape(one.story)}</td></tr>"
        for one in contacts
    )
    return _PAGE.format(company=escape(COMPANY.name), rows=rows)
