"""Believable Argentine people, and the many ways in which real systems hold their phones."""

from random import Random

_WOMEN = (
    "Ana", "Lucía", "Martina", "Valentina", "Sofía", "Camila", "Florencia", "Agustina", "Micaela", "Daniela", "Paula",
    "Mariana", "Gabriela", "Claudia", "Patricia", "Graciela", "Norma", "Susana", "Marta", "Teresa",
)  # fmt: skip
_MEN = (
    "Juan", "Pedro", "Mateo", "Benjamín", "Tomás", "Franco", "Nicolás", "Facundo", "Gonzalo", "Matías", "Diego", "Sebastián",
    "Marcelo", "Gustavo", "Jorge", "Raúl", "Hugo", "Oscar", "Ramón", "Héctor",
)  # fmt: skip
_WOMEN_SECOND = ("", "", "", "María", "Beatriz", "del Valle", "Noemí", "Belén")
_MEN_SECOND = ("", "", "", "José", "Alberto", "Luis", "Andrés", "Ezequiel")
_SURNAMES = (
    "González", "Rodríguez", "Gómez", "Fernández", "López", "Díaz", "Martínez", "Pérez", "García", "Sánchez", "Romero",
    "Álvarez", "Torres", "Ruiz", "Ramírez", "Flores", "Acosta", "Benítez", "Medina", "Herrera", "Suárez", "Aguirre", "Giménez",
    "Gutiérrez", "Pereyra", "Rojas", "Molina", "Castro", "Ortiz", "Núñez", "Luna", "Juárez", "Cabrera", "Ríos", "Morales",
    "Godoy", "Moreno", "Ferreyra", "Domínguez", "Carrizo", "Peralta", "Castillo", "Ledesma", "Quiroga", "Vega", "Vera",
    "Muñoz", "Ojeda", "Ponce", "Villarreal", "Cardozo", "Bustos", "Heredia", "Brizuela", "Oviedo", "Tissera",
)  # fmt: skip
BUSINESSES = (
    "Kiosco El Paso", "Panadería La Espiga", "Ferretería Colón", "Consultorio Dr. Ávila", "Taller Mecánico Rojas",
    "Librería del Centro", "Rotisería Doña Rosa", "Peluquería Estilo", "Gimnasio Fuerza", "Veterinaria San Roque",
)  # fmt: skip


def full_name(rng: Random) -> str:
    """Return first name, sometimes a second one, and surname."""
    first, second = rng.choice(((_WOMEN, _WOMEN_SECOND), (_MEN, _MEN_SECOND)))
    return " ".join(part for part in (rng.choice(first), rng.choice(second), rng.choice(_SURNAMES)) if part)


def written_phone(national: str, rng: Random) -> str:
    """Return a 10-digit national number of area 351 as somebody once typed it into a management system."""
    area, local = national[:3], national[3:]
    return rng.choice(
        (
            national,
            national,
            f"{area} {local}",
            f"0{area} 15{local[0]}-{local[1:]}",
            f"0{area}15{local}",
            f"({area}) {local[:3]}-{local[3:]}",
            f"+54 9 {area} {local[:3]}-{local[3:]}",
            f"549{national}",
            f"54{national}",
            f"15{local}",
            f"15 {local[:3]} {local[3:]}",
            f"{area}-{local} (hermano)",
        )
    )


def written_document(document: str, rng: Random) -> str:
    """Return a DNI as somebody typed it: mostly bare digits, sometimes with dots."""
    if len(document) == 8 and rng.random() < 0.15:
        return f"{document[:2]}.{document[2:5]}.{document[5:]}"
    return document
