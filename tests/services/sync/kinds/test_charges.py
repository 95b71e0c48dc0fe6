"""What is no goods on an order, by its code and description."""

from __future__ import annotations

import pytest

from services.sync.kinds.charges import charges_among

NUMBERED = [(f"2{number:04}", f"Tin {number}") for number in range(30)]
WORDED = [(f"SHIRT-{colour}", f"Shirt {colour}") for colour in ("RED", "BLUE", "GREEN", "SAND", "ROSE")]


def among(others: list[tuple[str, str]], code: str | None, name: str | None) -> bool:
    return charges_among([*others, (code, name)])[-1]


@pytest.mark.parametrize(
    "name",
    ["POSTAGE", "Carriage", "Bank Charges", "Discount", "Shipping and handling", "P&P", "Express delivery (UK)",
     "DHL Express Shipping 5.90", "Versandkosten", "Porto und Verpackung", "Mindermengenzuschlag", "Skonto",
     "Frais de port", "Remise", "Frais de livraison", "Gastos de envío", "Comisión bancaria", "Recargo", "VAT 20 %"],
)  # fmt: skip
def test_a_description_of_charges_alone_tells_whatever_the_code(name: str) -> None:
    assert all(among(NUMBERED, code, name) for code in ("C2", "POST", None))


@pytest.mark.parametrize(
    ("code", "name"),
    [("M", "Manual"), ("S", "SAMPLES"), ("CRUK", "CRUK Commission"), ("MUSTER", "Muster"), ("AJUSTE", "Ajuste")],
)  # fmt: skip
def test_a_code_without_digits_bears_out_a_doubtful_word(code: str, name: str) -> None:
    assert among(NUMBERED, code, name)
    assert not among(NUMBERED, "22711", name) and not among(NUMBERED, None, name)


@pytest.mark.parametrize(
    ("code", "name"),
    [("DCGSSBOY", "BOYS PARTY BAG"), ("PADS", "PADS TO MATCH ALL CUSHIONS"), ("20615", "Postage stamp album"),
     ("22098", "BOUDOIR SQUARE TISSUE BOX"), ("85123A", "Manual coffee grinder"), ("", ""), ("POST", ""),
     ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00"), ("21137", "Delivery van money box")],
)  # fmt: skip
def test_goods_are_no_charges(code: str, name: str) -> None:
    assert not among(NUMBERED, code, name)


@pytest.mark.parametrize(
    "name",
    ["AMAZON FEE", "DOTCOM POSTAGE", "Small order surcharge", "Congestion levy", "Loyalty discount", "Tourist tax",
     "Gift card redeemed ****1234", "Standard shipping (2 to 4 days)", "Kleinmengenzuschlag", "Palettenpfand",
     "Mahnkosten 3. Stufe", "Energiekostenzuschlag", "Treuerabatt", "Zuschlag Nachtanlieferung",
     "Gutschein ABC eingelöst", "Frais de rejet", "Remise de fin d'année", "Taxe de séjour", "Carte cadeau utilisée",
     "Recargo nocturno", "Descuento por pronto pago", "Gastos de devolución", "Tarjeta regalo canjeada"],
)  # fmt: skip
def test_a_line_that_is_named_a_charge_is_one_whatever_its_code(name: str) -> None:
    assert all(among(NUMBERED, code, name) for code in ("22711", "X", None))


@pytest.mark.parametrize(
    "name",
    ["Discount card holder", "Baby carriage", "Copper vat", "Free shipping sticker", "Sticker: free shipping",
     "Cargo pants", "Gift voucher 50", "Gift wrap roll", "Insurance folder", "Depth charge", "Poster “No fee”",
     "Sticker No Surcharge", "Versandtasche C5", "Rabattmarkenheft", "Geschenkgutschein", "Steuerratgeber",
     "Transportbox", "Frachtkiste", "Bonus Pack", "Fromage frais", "Port USB-C", "Carte cadeau", "Porte-clés",
     "Carnet de frais", "Complément alimentaire", "Depósito de agua", "Caja de envíos", "Tarjeta regalo",
     "Seguro para puerta", "Bolsa de transporte"],
)  # fmt: skip
def test_goods_that_name_a_charge_are_goods(name: str) -> None:
    assert not any(among(others, "22711", name) for others in (NUMBERED, WORDED))


def test_where_codes_have_no_digits_a_word_among_others_tells_nothing() -> None:
    for others in (WORDED, NUMBERED[:10]):
        assert not among(others, "FUND", "Fund commission")
    assert among(NUMBERED, "FUND", "Fund commission")
