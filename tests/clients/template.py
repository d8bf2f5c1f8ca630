"""The spreadsheet of a report, opened by a library that did not write it."""

import io

import openpyxl
from ensemble.common.v1 import date_range_pb2, import_pb2
from ensemble.projects.v1 import (
    project_pb2_grpc,
    report_pb2,
    report_pb2_grpc,
    reporting_period_pb2,
    reporting_period_pb2_grpc,
)
from ensemble.projects.v1 import project_pb2
from google.type import date_pb2

ACTIVITY = b"""<iati-activities version="2.03"><iati-activity default-currency="EUR" xml:lang="fr">
<iati-identifier>SN-X-1</iati-identifier>
<reporting-org ref="SN-X" type="22"><narrative>Association X</narrative></reporting-org>
<title><narrative>Aide numerique</narrative></title>
<description><narrative>Aider.</narrative></description>
<participating-org role="4" ref="SN-X" type="22"><narrative>Association X</narrative></participating-org>
<activity-status code="2"/>
<activity-date type="2" iso-date="2026-01-01"/>
<recipient-country code="SN"/>
<result type="1"><title><narrative>Des personnes aidees</narrative></title>
<indicator measure="1"><title><narrative>=Personnes</narrative></title>
<baseline year="2025" value="0"/>
<period><period-start iso-date="2026-01-01"/><period-end iso-date="2026-06-30"/><target value="100"/></period>
</indicator></result>
</iati-activity></iati-activities>"""


def date(year, month, day):
    return date_pb2.Date(year=year, month=month, day=day)


def check(channel, signed_in):
    projects = project_pb2_grpc.ProjectServiceStub(channel)
    options = import_pb2.ImportOptions(file_name="x.xml", partial=True)
    pieces = [import_pb2.ImportRequest(options=options), import_pb2.ImportRequest(chunk=ACTIVITY)]
    report = projects.ImportActivities(iter(pieces), metadata=signed_in)
    assert report.committed, report
    [project] = projects.ListProjects(project_pb2.ListProjectsRequest(), metadata=signed_in).projects
    periods = reporting_period_pb2_grpc.ReportingPeriodServiceStub(channel)
    period = periods.CreateReportingPeriod(
        reporting_period_pb2.CreateReportingPeriodRequest(
            reporting_period=reporting_period_pb2.ReportingPeriod(
                cycle=reporting_period_pb2.ReportingPeriod.CYCLE_HALF_YEARLY,
                period=date_range_pb2.DateRange(start_date=date(2026, 1, 1), end_date=date(2026, 6, 30)),
                open_date=date(2026, 1, 1),
                due_date=date(2026, 7, 15),
                lock_date=date(2026, 7, 31),
            )
        ),
        metadata=signed_in,
    )
    reports = report_pb2_grpc.ReportServiceStub(channel)
    for language, names in [
        ("fr", ["Lisez-moi", "Rapport", "Récit", "Listes", "_meta"]),
        ("en", ["Read me", "Report", "Story", "Lists", "_meta"]),
    ]:
        request = report_pb2.GetReportTemplateRequest(
            parent=project.name, reporting_period=period.name, language_code=language
        )
        pieces = list(reports.GetReportTemplate(request, metadata=signed_in))
        assert pieces[0].file_name.endswith(".xlsx"), pieces[0].file_name
        look(openpyxl.load_workbook(io.BytesIO(b"".join(piece.chunk for piece in pieces))), names)
    print("openpyxl: ok")


def look(book, names):
    assert book.sheetnames == names, book.sheetnames
    assert book["_meta"].sheet_state == "veryHidden"
    assert all(sheet.sheet_state == "visible" for sheet in book if sheet.title != "_meta")
    # Protected, and without a password.
    assert all(sheet.protection.sheet and sheet.protection.password is None for sheet in book)
    report, story = book[names[1]], book[names[2]]
    assert report.column_dimensions["A"].hidden and not report.column_dimensions["B"].hidden
    assert (report["A4"].value, report["B4"].value) == (report["A4"].value, "=Personnes"), report["B4"].value
    assert report["B4"].data_type == "s", "a title is no formula"
    assert (report["E4"].value, report["F4"].value, report["H4"].value) == (0, 100, None)
    locked = {cell: report[cell].protection.locked for cell in ["B4", "F4", "H4", "I4", "J4", "K4"]}
    assert locked == {"B4": True, "F4": True, "H4": False, "I4": True, "J4": False, "K4": True}, locked
    assert report["K4"].value.startswith("=IF(H4="), report["K4"].value
    # On screen and on paper.
    assert report.freeze_panes == "D4" and report.auto_filter.ref.startswith("A3:K")
    setup = report.page_setup
    assert (setup.orientation, str(setup.paperSize)) == ("landscape", "9") and report.print_area
    assert report.sheet_properties.pageSetUpPr.fitToPage and report.sheet_properties.tabColor is not None
    # What may be typed is hinted at, and never forbidden.
    values = [check for check in report.data_validations.dataValidation if "H4" in check.sqref]
    assert values and all(check.errorStyle == "warning" and check.promptTitle for check in values)
    lists = [check.formula1 for check in story.data_validations.dataValidation if check.type == "list"]
    assert len(lists) == 3 and all(names[3] in cells for cells in lists), lists
