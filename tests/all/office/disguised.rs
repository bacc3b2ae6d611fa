//! The samples saved by LibreOffice as other kinds of workbook give the same reports.

use super::tools;
use crate::{disguises, samples};

#[test]
fn samples_saved_as_xls_ods_and_xlsx_by_another_program_give_the_same_report() {
    if !tools::wanted() {
        return;
    }
    for name in disguises::SAMPLES {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copy = folder.path().join("mẫu.xlsm");
        std::fs::copy(samples::path(name), &copy).expect("a copy of the sample");
        for ending in ["xls", "ods", "xlsx"] {
            let converted = tools::convert(&copy, ending);
            disguises::same(name, &std::fs::read(&converted).expect("a workbook"));
        }
    }
}
