//! `baocao` turns the Excel workbooks that Vietnamese communes keep into the official Word documents that they issue.

pub mod blank;
pub mod cli;
pub mod dataset;
pub mod diagnostic;
pub mod opc;
pub mod outline;
pub mod pack;
pub mod pipeline;
pub mod schema;
pub mod template;
pub mod value;
pub mod vietnamese;
pub mod workbook;
