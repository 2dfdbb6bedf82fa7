"""Values are shown as the program shows them that a spreadsheet was made with."""

from datetime import date, datetime, time, timedelta

import pytest

from opentrace.adapters.local.parser.number_formats import BUILT_IN, Temporal, shown_moment, shown_number

NOON = datetime.fromisoformat("2024-03-04T15:05:09.250")
ACCOUNTING = '_-* #,##0.00\\ [$€-407]_-;-* #,##0.00\\ [$€-407]_-;_-* "-"??\\ [$€-407]_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.25, "0%", "25%"),
        (0.2575, "0.0%", "25.8%"),
        (-0.05, "0.0%", "-5.0%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1234567, "# ##0", "1 234 567"),
        (-1234.5, "$#,##0.00", "-$1,234.50"),
        (-5, "#,##0_);(#,##0)", "(5)"),
        (-5, "#,##0;[Red]-#,##0", "-5"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, '#,##0.00 "USD"', "1,234.50 USD"),
        (1234.5, ACCOUNTING, "1,234.50 €"),
        (-1234.5, ACCOUNTING, "-1,234.50 €"),
        (0, ACCOUNTING, "- €"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (7, "000", "007"),
        (0.5, "#.##", ".5"),
        (12, "0.##", "12"),
        (12345.678, "#,##0.###", "12,345.678"),
        (2.5, '0.0"x"', "2.5x"),
        (1.005, "0.00", "1.01"),
        (-0.001, "0.0", "0.0"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (3, '[>=2]"many";"few"', "many"),
        (1, '[>=2]"many";"few"', "few"),
        (5, ";;;", ""),
        (1.5, "General", None),
        (1.5, "# ?/?", None),
        (5551234, "000-0000", None),
        (1e308, "0%", None),
        (float("nan"), "0.0", None),
        (2.0, "0" * 300, None),
        (2.0, "m/d/yyyy", None),
    ],
)
def test_numbers(value: float, code: str, shown: str | None) -> None:
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (NOON, "m/d/yyyy", "2024-03-04"),
        (NOON, "[$-407]dd.mm.yyyy hh:mm", "2024-03-04 15:05"),
        (NOON, "mm/yyyy", "2024-03"),
        (NOON, "yyyy", "2024"),
        (NOON, "d-mmm-yy", "4-Mar-24"),
        (NOON, "mmmm yyyy", "March 2024"),
        (NOON, "dddd, d mmmm yyyy h:mm AM/PM", "Monday, 4 March 2024 3:05 PM"),
        (NOON, "h:mm:ss AM/PM", "3:05:09 PM"),
        (NOON, "mm:ss.0", "05:09.2"),
        (NOON.date(), "yyyy-mm-dd", "2024-03-04"),
        (date(2024, 3, 4), "d mmm", "4 Mar"),
        (time(9, 5), "h:mm", "9:05"),
        (time(0, 5), "h:mm AM/PM", "12:05 AM"),
        (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        (timedelta(minutes=90), "[mm]:ss", "90:00"),
        (-timedelta(minutes=90), "[h]:mm", "-1:30"),
        (NOON, "0.00", None),
        (NOON, "General", None),
    ],
)
def test_dates_and_times(value: Temporal, code: str, shown: str | None) -> None:
    assert shown_moment(value, code) == shown


def test_formats_that_are_built_in_are_all_read() -> None:
    assert (BUILT_IN[10], BUILT_IN[37], BUILT_IN[22]) == ("0.00%", "#,##0;(#,##0)", "m/d/yyyy h:mm")
    assert len(BUILT_IN) == 34
