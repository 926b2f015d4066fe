"""Telephone numbers: what was typed becomes E.164, and what kind of number it is."""

from enum import StrEnum

from okno.kit.errors import Invalid

TYPED_LEN_MAX = 40  # the longest way to write one, with brackets and spaces


class Sort(StrEnum):
    """What a number costs and where it leads, as far as numbering plans tell."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    FREE = "free"
    PREMIUM = "premium"
    OTHER = "other"


class Number(str):
    """A number in E.164: + and digits. `country` is ISO 3166, empty for networks of no country (satellites)."""

    __slots__ = ("country", "sort")
    country: str
    sort: Sort


def parse_number(typed: str, country: str = "") -> Number:
    """What somebody typed, of `country` (ISO 3166) where it has no +. Raises `Invalid` for what nobody can dial."""
    import phonenumbers  # noqa: PLC0415 - 20 ms and some megabytes, for who has to do with telephones
    from phonenumbers import PhoneNumberType as Kind  # noqa: PLC0415

    try:
        parsed = phonenumbers.parse(typed[:TYPED_LEN_MAX], country or None)
    except phonenumbers.NumberParseException:
        raise Invalid("this does not look like a telephone number", field="number") from None
    if not phonenumbers.is_valid_number(parsed):
        raise Invalid("there is no such telephone number: look at the digits again", field="number")
    number = Number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    region = phonenumbers.region_code_for_number(parsed) or ""
    number.country = "" if region == "001" else region
    number.sort = {
        Kind.FIXED_LINE: Sort.LANDLINE,
        Kind.MOBILE: Sort.MOBILE,
        Kind.FIXED_LINE_OR_MOBILE: Sort.MOBILE,
        Kind.TOLL_FREE: Sort.FREE,
        Kind.PREMIUM_RATE: Sort.PREMIUM,
        Kind.SHARED_COST: Sort.PREMIUM,
    }.get(phonenumbers.number_type(parsed), Sort.OTHER)
    return number


def show_number(number: str) -> str:
    """As people write it: +7 916 123-45-67."""
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
