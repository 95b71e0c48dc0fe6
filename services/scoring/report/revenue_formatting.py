"""The revenue forecast in an account manager's sentences."""

from __future__ import annotations

from models.values.forecast import AcquisitionValue, RevenueForecast
from models.values.words import MONTHS_LONG, count, day_of, money_range, money_short, percent

_SEASON_SAID = 0.1


def forecast_sentences(report: RevenueForecast) -> tuple[str, ...]:
    """The forecast, its record, its seasons, what is at risk, what winning customers costs; the first says it all."""
    acquisition = [_acquisition(report.acquisition, report.currency)] if report.acquisition else []
    at_risk = [_at_risk(report)] if report.if_stays > 0 else []
    return (_total(report), _record(report), _season(report), *at_risk, *acquisition)


def _total(report: RevenueForecast) -> str:
    def summed(name: str) -> str:
        return money_short(sum(getattr(one, name) for one in report.months), report.currency)

    last = day_of(f"{report.months[-1].month}-01")
    until = f"to {MONTHS_LONG[last.month - 1]} {last.year}" if last else "for the next months"
    so_far = sum(one.so_far for one in report.months)
    begun = f"{money_short(so_far, report.currency)} is already ordered; " if so_far > 0 else ""
    new = summed("from_new")
    expected = sum(one.expected for one in report.months)
    between = money_range(report.low, report.high, report.currency, mean_minor=expected, short=True)
    return f"Forecast {until}: {summed('expected')} ({between}). {begun}{new} will come from new customers."


def _record(report: RevenueForecast) -> str:
    inside, checked = report.within
    if not checked:
        return "Forecasts can be checked after seven months of orders. Until then the range is a typical one."
    words = f"Last {count(checked, 'one-month forecast')}: {inside} within range"
    if report.bias is None:
        return f"{words}."
    if abs(report.bias) < 0.02:
        return f"{words}, right on average."
    way = "high" if report.bias > 0 else "low"
    return f"{words}, {percent(abs(report.bias))} too {way} on average."


def _season(report: RevenueForecast) -> str:
    if not report.index:
        return "Seasons are not included yet: that takes two full years of orders."
    highest = max(range(12), key=lambda place: report.index[place])
    above = report.index[highest] - 1.0
    if above < _SEASON_SAID:
        return "This book has no clear seasons."
    return f"Seasons are included: {MONTHS_LONG[highest]} is usually {percent(above)} above an average month."


def _at_risk(report: RevenueForecast) -> str:
    at_risk, stays = (money_short(amount, report.currency) for amount in (report.at_risk, report.if_stays))
    return f"{at_risk} is at risk, of {stays} of lifetime value if all active customers stayed."


def _acquisition(one: AcquisitionValue, currency: str) -> str:
    never = f"; {count(one.never, 'customer')} are unlikely to earn theirs back" if one.never else ""
    return (
        f"Winning the {count(one.customers, 'customer')} whose cost is known cost {money_short(one.cost, currency)}; "
        f"they have brought {money_short(one.earned, currency)} and {money_short(one.expected, currency)} more is "
        f"expected, {_ratio(one)} for each 1 spent{never}."
    )


def _ratio(one: AcquisitionValue) -> str:
    return f"{one.ratio:.1f}" if one.ratio is not None else "nothing"
