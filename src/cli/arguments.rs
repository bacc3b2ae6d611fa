//! The command line: commands, options and their help, in both languages.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, value_parser};

use crate::diagnostic::Lang;
use crate::pack::archive;

/// The commands, as typed.
const COMMANDS: [&str; 6] = ["render", "check", "blank", "lint", "pack", "help"];
/// Options that take a value.
const WITH_VALUE: [&str; 10] = [
    "--lang",
    "--templates",
    "--output",
    "-o",
    "--pack",
    "--data",
    "--annotate",
    "--image",
    "--map",
    "--only",
];

/// The language asked for by `--lang`, else by `BAOCAO_LANG`; looked up first, for even help and faults depend on it.
pub(super) fn language(arguments: &[OsString]) -> Lang {
    let mut asked = None;
    let mut words = arguments.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--lang" {
            asked = words.next().cloned();
        } else if let Some(value) = word.to_str().and_then(|word| word.strip_prefix("--lang=")) {
            asked = Some(value.into());
        }
    }
    match asked.or_else(|| std::env::var_os("BAOCAO_LANG")) {
        Some(name) if name.to_string_lossy().to_lowercase().starts_with("en") => Lang::En,
        _ => Lang::Vi,
    }
}

/// Whether a flag is among the arguments.
pub(super) fn has_flag(arguments: &[OsString], flag: &str) -> bool {
    arguments
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == flag)
}

/// The arguments as the parser wants them: a workbook on its own is rendered, a packed pack is installed, and `help X` is
/// `X --help`.
pub(super) fn prepare(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let Some(index) = first_positional(&arguments) {
        if arguments[index] == "help" {
            arguments.remove(index);
            arguments.push("--help".into());
        } else if is_file_like(&arguments[index]) {
            let ending = Path::new(&arguments[index]).extension();
            match ending.is_some_and(|own| own.eq_ignore_ascii_case(archive::ENDING)) {
                true => drop(arguments.splice(0..0, ["pack".into(), "install".into()])),
                false => arguments.insert(0, "render".into()),
            }
        }
    }
    arguments.insert(0, "baocao".into());
    arguments
}

fn first_positional(arguments: &[OsString]) -> Option<usize> {
    let mut index = 0;
    while let Some(word) = arguments.get(index) {
        let text = word.to_string_lossy();
        if text == "--" {
            return (index + 1 < arguments.len()).then_some(index + 1);
        }
        if !text.starts_with('-') || text == "-" {
            return Some(index);
        }
        index += if WITH_VALUE.contains(&&*text) { 2 } else { 1 };
    }
    None
}

fn is_file_like(word: &OsStr) -> bool {
    let text = word.to_string_lossy();
    !COMMANDS.contains(&&*text) && (text.contains(['.', '/', '\\']) || Path::new(word).is_file())
}

/// The first thing somebody sees who starts the program without arguments.
pub(super) fn greeting(lang: Lang) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match lang {
        Lang::Vi => format!(
            "baocao {version}: đưa số liệu trong sổ tính Excel vào báo cáo Word đúng thể thức.\n\n\
             Cách làm thường ngày:\n\
             \x20 1. Lấy sổ tính trống: baocao blank bc-thi-dua-khen-thuong\n\
             \x20 2. Điền số liệu vào sổ tính bằng Excel rồi lưu lại\n\
             \x20 3. Xem có lỗi không:  baocao check SỔ_TÍNH.xlsx\n\
             \x20 4. Làm báo cáo:       baocao SỔ_TÍNH.xlsx   (hoặc kéo thả tệp Excel vào biểu tượng chương trình)\n\n\
             Các loại báo cáo hiện có: baocao pack list\n\
             Tất cả các lệnh:          baocao --help\n"
        ),
        Lang::En => format!(
            "baocao {version}: turns the figures of an Excel workbook into an official Word report.\n\n\
             The usual way:\n\
             \x20 1. Get the blank workbook: baocao blank bc-thi-dua-khen-thuong\n\
             \x20 2. Fill it in with Excel and save it\n\
             \x20 3. See what is wrong:      baocao check WORKBOOK.xlsx\n\
             \x20 4. Make the report:        baocao WORKBOOK.xlsx      (or drop the workbook on the program's icon)\n\n\
             Kinds of reports: baocao pack list\n\
             All commands:     baocao --help\n"
        ),
    }
}

/// Builds the parser in one language.
struct Builder {
    lang: Lang,
}

/// The parser.
pub(super) fn command(lang: Lang) -> Command {
    let build = Builder { lang };
    let t = |vi, en| build.t(vi, en);
    let workbook = t("SỔ_TÍNH", "WORKBOOK");
    let pack = t("GÓI", "PACK");

    let render = build
        .command(
            "render",
            "Làm báo cáo Word từ sổ tính; ghi cạnh sổ tính",
            "Make the Word report of a workbook, beside the workbook",
        )
        .override_usage(t(
            "baocao render SỔ_TÍNH... [-o TỆP|THƯ_MỤC] [--pack MÃ_GÓI] [--only MÃ_VĂN_BẢN]... [--map \"TIÊU ĐỀ=MÃ\"]... [--image TÊN=TỆP]... [--trace] [--force]",
            "baocao render WORKBOOK... [-o FILE|DIR] [--pack ID] [--only OUTPUT]... [--map \"HEADER=ID\"]... [--image NAME=FILE]... [--trace] [--force]",
        ))
        .arg(
            build
                .path(
                    "workbook",
                    workbook,
                    "Sổ tính (.xlsx, .xlsm, .xls, .xlsb, .ods) đã điền số liệu",
                    "The workbook (.xlsx, .xlsm, .xls, .xlsb, .ods) that was filled in",
                )
                .num_args(1..)
                .action(ArgAction::Append),
        )
        .arg(build.output(
            t("TỆP|THƯ_MỤC", "FILE|DIR"),
            "Ghi vào tệp .docx hoặc thư mục này",
            "Write to this .docx file or folder",
        ))
        .arg(build.pack())
        .arg(
            build
                .option(
                    "only",
                    t("MÃ_VĂN_BẢN", "OUTPUT"),
                    "Chỉ làm văn bản này trong các văn bản của gói (xem: baocao pack show); ghi lại cho mỗi văn bản",
                    "Make only this one of the pack's documents (see: baocao pack show); once for each",
                )
                .long("only")
                .action(ArgAction::Append),
        )
        .arg(build.map())
        .arg(
            build
                .option(
                    "image",
                    t("TÊN=TỆP", "NAME=FILE"),
                    "Ảnh cho chỗ mang tên ấy trong mẫu Word (chữ ký, con dấu); ghi lại cho mỗi ảnh",
                    "The picture for the place of that name in the template (signature, seal); once for each picture",
                )
                .long("image")
                .value_parser(value_parser!(OsString))
                .action(ArgAction::Append),
        )
        .arg(build.flag(
            "trace",
            "Làm bản để đối chiếu: chú thích ô nguồn của từng số liệu",
            "Make a copy for comparing: a comment names the source cell of each value",
        ))
        .arg(build.force());
    let check = build
        .command(
            "check",
            "Kiểm tra sổ tính, kể mọi lỗi theo trang tính và ô; sổ tính giữ nguyên",
            "Check a workbook: every problem by sheet and cell; the workbook stays as it is",
        )
        .override_usage(t(
            "baocao check SỔ_TÍNH [--pack MÃ_GÓI] [--annotate TỆP.xlsx|THƯ_MỤC] [--force] [--map \"TIÊU ĐỀ=MÃ\"]... [--save-map] [--show-decoded] [--all]",
            "baocao check WORKBOOK [--pack ID] [--annotate FILE.xlsx|DIR] [--force] [--map \"HEADER=ID\"]... [--save-map] [--show-decoded] [--all]",
        ))
        .arg(build.path(
            "workbook",
            workbook,
            "Sổ tính (.xlsx, .xlsm, .xls, .xlsb, .ods) đã điền số liệu",
            "The workbook (.xlsx, .xlsm, .xls, .xlsb, .ods) that was filled in",
        ))
        .arg(build.pack())
        .arg(build.flag(
            "show-decoded",
            "Kể từng ô ghi bằng mã chữ cũ (TCVN3, VNI): chữ trước và sau khi đổi sang Unicode",
            "List each cell in an old encoding (TCVN3, VNI): its text before and after",
        ))
        .arg(build.map())
        .arg(build.flag(
            "save-map",
            "Ghi các mục --map vào mapping.toml cạnh sổ tính, để lần sau tự dùng",
            "Write the --map entries to mapping.toml beside the workbook, to be used from then on",
        ))
        .arg(
            build
                .option(
                    "annotate",
                    t("TỆP|THƯ_MỤC", "FILE|DIR"),
                    "Ghi bản sao của sổ tính, có tô màu và ghi chú ở từng ô sai, và trang kể mọi lỗi",
                    "Write a copy of the workbook with each wrong cell coloured and noted, and a sheet that lists all",
                )
                .long("annotate")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(build.force())
        .arg(build.flag(
            "all",
            "Trên màn hình: in hết, không gom các lỗi cùng loại",
            "On a terminal: print all, don't sum up findings of one kind",
        ));
    let blank = build
        .command(
            "blank",
            "Tạo sổ tính trống để điền số liệu",
            "Make the blank workbook to fill in",
        )
        .override_usage(t(
            "baocao blank GÓI [-o TỆP|THƯ_MỤC] [--data TỆP.toml] [--force]",
            "baocao blank PACK [-o FILE|DIR] [--data FILE.toml] [--force]",
        ))
        .arg(build.path(
            "pack-name",
            pack,
            "Mã gói, thư mục gói, hoặc tệp .bcpack",
            "The pack's id, its folder, or its .bcpack file",
        ))
        .arg(build.output(
            t("TỆP|THƯ_MỤC", "FILE|DIR"),
            "Ghi vào tệp .xlsx hoặc thư mục này",
            "Write to this .xlsx file or folder",
        ))
        .arg(
            build
                .option(
                    "data",
                    t("TỆP.toml", "FILE.toml"),
                    "Điền sẵn các giá trị trong tệp này",
                    "Fill in the values of this file",
                )
                .long("data")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(build.force());

    let lint = build
        .command(
            "lint",
            "Xét thể thức của văn bản Word theo Nghị định 30/2020/NĐ-CP",
            "Hold the layout of Word documents against Decree 30/2020/NĐ-CP",
        )
        .override_usage(t(
            "baocao lint VĂN_BẢN.docx...\n  baocao lint --rules",
            "baocao lint DOCUMENT.docx...\n  baocao lint --rules",
        ))
        .arg(
            build
                .path(
                    "document",
                    t("VĂN_BẢN", "DOCUMENT"),
                    "Văn bản .docx đã soạn xong, của bất kỳ chương trình nào",
                    "The finished .docx, from any program",
                )
                .num_args(1..)
                .required_unless_present("rules")
                .required(false)
                .action(ArgAction::Append),
        )
        .arg(build.flag(
            "rules",
            "Kể các quy tắc được xét và nguồn của từng quy tắc, dạng Markdown",
            "List the rules and the source of each, as Markdown",
        ));

    let a_pack = || {
        build.path(
            "pack-name",
            pack,
            "Mã gói, thư mục gói, hoặc tệp .bcpack",
            "The pack's id, its folder, or its .bcpack file",
        )
    };
    let packs = build
        .parent(
            "pack",
            "Xem, lập, tạo, kiểm tra, đóng gói và cài các gói báo cáo",
            "List, show, start, build, check, pack and install packs",
        )
        .override_usage(t("baocao pack LỆNH", "baocao pack COMMAND"))
        .subcommand(
            build
                .command(
                    "list",
                    "Kể các gói tìm thấy và nơi chứa",
                    "List the packs and where each came from",
                )
                .override_usage("baocao pack list"),
        )
        .subcommand(
            build
                .command(
                    "show",
                    "Kể mọi thẻ dùng được trong mẫu Word của gói",
                    "List every tag that a pack's Word template may use",
                )
                .override_usage(t(
                    "baocao pack show GÓI [--markdown [-o TỆP.md|THƯ_MỤC] [--force]]",
                    "baocao pack show PACK [--markdown [-o FILE.md|DIR] [--force]]",
                ))
                .arg(a_pack())
                .arg(build.flag(
                    "markdown",
                    "Làm từ điển dữ liệu của gói (Markdown): các trang, cột, kiểm tra, phiên bản",
                    "Make the pack's data dictionary (Markdown): sheets, fields, checks, versions",
                ))
                .arg(
                    build
                        .output(
                            t("TỆP|THƯ_MỤC", "FILE|DIR"),
                            "Ghi từ điển dữ liệu vào tệp .md hoặc thư mục này",
                            "Write the data dictionary to this .md file or folder",
                        )
                        .requires("markdown"),
                )
                .arg(build.force().requires("output")),
        )
        .subcommand(
            build
                .command(
                    "new",
                    "Lập một gói mới: hỏi vài câu, hoặc dựa vào sổ tính hay văn bản đang dùng",
                    "Start a new pack: from a few answers, or from a workbook or a document in use",
                )
                .override_usage(t(
                    "baocao pack new MÃ_GÓI [--name \"TÊN\"] [--kind LOẠI] [--agency \"xã …\"] [--sheets TRANG,…] [--in THƯ_MỤC] [--force]\n  \
                     baocao pack new MÃ_GÓI --from-workbook SỔ_TÍNH [--no-values] [--name \"TÊN\"] [--in THƯ_MỤC] [--force]\n  \
                     baocao pack new MÃ_GÓI --from-document VĂN_BẢN.docx [--name \"TÊN\"] [--in THƯ_MỤC] [--force]",
                    "baocao pack new ID [--name \"NAME\"] [--kind KIND] [--agency \"xã …\"] [--sheets SHEET,…] [--in DIR] [--force]\n  \
                     baocao pack new ID --from-workbook WORKBOOK [--no-values] [--name \"NAME\"] [--in DIR] [--force]\n  \
                     baocao pack new ID --from-document DOCUMENT.docx [--name \"NAME\"] [--in DIR] [--force]",
                ))
                .arg(build.path(
                    "id",
                    t("MÃ_GÓI", "ID"),
                    "Mã gói: chữ thường không dấu, chữ số, gạch nối; cũng là tên thư mục",
                    "The pack's id: lower-case ASCII letters, digits, hyphens; the folder's name, too",
                ).value_parser(value_parser!(String)))
                .args([
                    build.option("name", t("TÊN", "NAME"), "Tên gói để người dùng đọc", "What people call it").long("name"),
                    build
                        .option(
                            "kind",
                            t("LOẠI", "KIND"),
                            "Loại văn bản: bao-cao, to-trinh, ke-hoach, quyet-dinh, cong-van",
                            "Kind of document: bao-cao, to-trinh, ke-hoach, quyet-dinh, cong-van",
                        )
                        .long("kind")
                        .value_parser(["bao-cao", "to-trinh", "ke-hoach", "quyet-dinh", "cong-van"])
                        .hide_possible_values(true),
                    build
                        .option("agency", t("ĐƠN VỊ", "AGENCY"), "Đơn vị ban hành, ví dụ \"xã Tân Hoà\"", "Who issues it, such as \"xã Tân Hoà\"")
                        .long("agency"),
                    build
                        .option(
                            "sheets",
                            t("TRANG,…", "SHEET,…"),
                            "Các trang của sổ tính: nhan-dinh, chi-tieu, nhiem-vu, danh-sach",
                            "Sheets of the workbook: nhan-dinh, chi-tieu, nhiem-vu, danh-sach",
                        )
                        .long("sheets")
                        .conflicts_with("from-workbook"),
                    build
                        .option(
                            "from-workbook",
                            t("SỔ_TÍNH", "WORKBOOK"),
                            "Suy ra các trang, cột và kiểu từ sổ tính này",
                            "Infer sheets, columns and types from this workbook",
                        )
                        .long("from-workbook")
                        .value_parser(value_parser!(PathBuf)),
                    build
                        .option(
                            "from-document",
                            t("VĂN_BẢN.docx", "DOCUMENT.docx"),
                            "Biến văn bản năm trước thành mẫu, số liệu trong đó thành các trường",
                            "Turn last year's document into a template, its figures into fields",
                        )
                        .long("from-document")
                        .value_parser(value_parser!(PathBuf))
                        .conflicts_with_all(["from-workbook", "sheets", "kind", "agency"]),
                    build
                        .flag(
                            "no-values",
                            "Không đưa giá trị nào của sổ tính vào gói; tên người thì không bao giờ",
                            "Take no value of the workbook into the pack; names of persons never are",
                        )
                        .requires("from-workbook"),
                    build
                        .option("in", t("THƯ_MỤC", "DIR"), "Tạo thư mục gói trong thư mục này", "Make the pack's folder in this one")
                        .long("in")
                        .value_parser(value_parser!(PathBuf)),
                    build.force(),
                ]),
        )
        .subcommand(
            build
                .command(
                    "build",
                    "Tạo mẫu Word của gói từ tệp nguồn",
                    "Build a pack's Word templates from their text sources",
                )
                .override_usage(t(
                    "baocao pack build THƯ_MỤC_GÓI [--force]",
                    "baocao pack build PACK_DIR [--force]",
                ))
                .arg(build.path(
                    "folder",
                    t("THƯ_MỤC_GÓI", "PACK_DIR"),
                    "Thư mục gói, có tệp pack.toml",
                    "The pack's folder, with its pack.toml",
                ))
                .arg(build.force()),
        )
        .subcommand(
            build
                .command(
                    "check",
                    "Kiểm tra gói: pack.toml, các trang tính, các mẫu Word",
                    "Check a pack: pack.toml, its sheets, its Word templates",
                )
                .override_usage(t(
                    "baocao pack check GÓI [--annotate TỆP.docx|THƯ_MỤC] [--force]",
                    "baocao pack check PACK [--annotate FILE.docx|DIR] [--force]",
                ))
                .arg(a_pack())
                .arg(
                    build
                        .option(
                            "annotate",
                            t("TỆP|THƯ_MỤC", "FILE|DIR"),
                            "Ghi bản sao của mẫu Word, có chú thích ở từng chỗ sai",
                            "Write a copy of the Word template with a comment at each mistake",
                        )
                        .long("annotate")
                        .value_parser(value_parser!(PathBuf)),
                )
                .arg(build.force()),
        )
        .subcommand(
            build
                .command(
                    "pack",
                    "Đóng gói một thư mục gói thành một tệp .bcpack để gửi đi",
                    "Pack a pack's folder into one .bcpack file to send",
                )
                .override_usage(t(
                    "baocao pack pack THƯ_MỤC_GÓI [-o TỆP.bcpack|THƯ_MỤC] [--force]",
                    "baocao pack pack PACK_DIR [-o FILE.bcpack|DIR] [--force]",
                ))
                .arg(build.path(
                    "folder",
                    t("THƯ_MỤC_GÓI", "PACK_DIR"),
                    "Thư mục gói, có tệp pack.toml",
                    "The pack's folder, with its pack.toml",
                ))
                .arg(build.output(
                    t("TỆP|THƯ_MỤC", "FILE|DIR"),
                    "Ghi vào tệp .bcpack hoặc thư mục này",
                    "Write to this .bcpack file or folder",
                ))
                .arg(build.force()),
        )
        .subcommand(
            build
                .command(
                    "install",
                    "Cài một gói từ tệp .bcpack vào máy này",
                    "Install a pack from a .bcpack file on this machine",
                )
                .override_usage(t(
                    "baocao pack install TỆP.bcpack [--force]",
                    "baocao pack install FILE.bcpack [--force]",
                ))
                .arg(build.path(
                    "file",
                    t("TỆP", "FILE"),
                    "Tệp .bcpack nhận được",
                    "The .bcpack file that was received",
                ))
                .arg(build.flag(
                    "force",
                    "Thay phiên bản đã cài, kể cả khi nó mới hơn",
                    "Replace the version that is installed, even a later one",
                )),
        )
        .subcommand(
            build
                .command("remove", "Gỡ một gói đã cài", "Remove a pack that was installed")
                .override_usage(t("baocao pack remove MÃ_GÓI", "baocao pack remove ID"))
                .arg(
                    Arg::new("id")
                        .value_name(t("MÃ_GÓI", "ID"))
                        .required(true)
                        .help(t("Mã của gói đã cài", "The id of the installed pack")),
                ),
        );

    let lang_option = build
        .option(
            "lang",
            "vi|en",
            "Ngôn ngữ của lời nhắn: vi (mặc định) hoặc en; hoặc đặt BAOCAO_LANG=en",
            "Language of messages: vi (default) or en; or set BAOCAO_LANG=en",
        )
        .long("lang")
        .value_parser(["vi", "en"])
        .hide_possible_values(true)
        .global(true);
    let templates = build
        .option(
            "templates",
            t("THƯ_MỤC|TỆP", "DIR|FILE"),
            "Tìm gói trong thư mục này (hoặc tệp .bcpack này) trước tiên",
            "Look for packs in this folder (or this .bcpack file) first",
        )
        .long("templates")
        .value_parser(value_parser!(PathBuf))
        .global(true);
    let json = Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .global(true)
        .help(t(
            "In kết quả và các lỗi thành một tài liệu JSON",
            "Print results and findings as one JSON document",
        ));
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help(t("In số phiên bản", "Print the version"));

    let about = t(
        "Đưa số liệu trong sổ tính Excel vào báo cáo Word đúng thể thức.",
        "Turns the figures of an Excel workbook into an official Word report.",
    );
    build
        .parent("baocao", about, about)
        .bin_name("baocao")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .override_usage(t("baocao SỔ_TÍNH...\n  baocao LỆNH [TUỲ CHỌN]", "baocao WORKBOOK...\n  baocao COMMAND [OPTIONS]"))
        .args([lang_option, templates, json, version])
        .subcommands([render, check, blank, lint, packs])
        .after_help(t(
            "Mã thoát: 0 xong; 1 số liệu có lỗi, chưa ghi gì; 2 dùng sai, không đọc được tệp, hoặc có sự cố.",
            "Exit status: 0 done; 1 the input has errors, nothing was written; 2 wrong use, unreadable file, or a fault.",
        ))
}

impl Builder {
    fn t(&self, vi: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }

    /// A command with arguments.
    fn command(&self, name: &'static str, vi: &'static str, en: &'static str) -> Command {
        let (usage, arguments, options) = (
            self.t("Cách dùng", "Usage"),
            self.t("Đối số", "Arguments"),
            self.t("Tuỳ chọn", "Options"),
        );
        let has_arguments = name != "list";
        let arguments = if has_arguments {
            format!("{arguments}:\n{{positionals}}\n\n")
        } else {
            String::new()
        };
        self.bare(name, vi, en).help_template(format!(
            "{{about}}\n\n{usage}:\n  {{usage}}\n\n{arguments}{options}:\n{{options}}{{after-help}}\n"
        ))
    }

    /// A command of commands.
    fn parent(&self, name: &'static str, vi: &'static str, en: &'static str) -> Command {
        let (usage, commands, options) = (
            self.t("Cách dùng", "Usage"),
            self.t("Lệnh", "Commands"),
            self.t("Tuỳ chọn", "Options"),
        );
        self.bare(name, vi, en)
            .disable_help_subcommand(true)
            .subcommand_required(true)
            .help_template(format!("{{about}}\n\n{usage}:\n  {{usage}}\n\n{commands}:\n{{subcommands}}\n\n{options}:\n{{options}}{{after-help}}\n"))
    }

    fn bare(&self, name: &'static str, vi: &'static str, en: &'static str) -> Command {
        let help = Arg::new("help")
            .short('h')
            .long("help")
            .action(ArgAction::Help)
            .help(self.t("In phần trợ giúp này", "Print this help"));
        Command::new(name)
            .about(self.t(vi, en))
            .disable_help_flag(true)
            .arg(help)
    }

    /// A file, folder or pack that must be given.
    fn path(&self, id: &'static str, name: &'static str, vi: &'static str, en: &'static str) -> Arg {
        Arg::new(id)
            .value_name(name)
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help(self.t(vi, en))
    }

    fn option(&self, id: &'static str, name: &'static str, vi: &'static str, en: &'static str) -> Arg {
        Arg::new(id).value_name(name).help(self.t(vi, en))
    }

    fn output(&self, name: &'static str, vi: &'static str, en: &'static str) -> Arg {
        self.option("output", name, vi, en)
            .short('o')
            .long("output")
            .value_parser(value_parser!(PathBuf))
    }

    fn pack(&self) -> Arg {
        self.option(
            "pack",
            self.t("GÓI", "PACK"),
            "Dùng gói này (mã, thư mục hoặc tệp .bcpack) thay vì tự nhận ra",
            "Use this pack (id, folder or .bcpack file) instead of recognising it",
        )
        .long("pack")
        .value_parser(value_parser!(PathBuf))
    }

    fn map(&self) -> Arg {
        self.option(
            "map",
            self.t("TIÊU ĐỀ=MÃ", "HEADER=ID"),
            "Tiêu đề, nhãn hay tên trang này nghĩa là mã ấy của gói; ghi lại cho mỗi tiêu đề",
            "What this header, label or sheet means, by the pack's id; once for each",
        )
        .long("map")
        .value_parser(value_parser!(OsString))
        .action(ArgAction::Append)
    }

    fn flag(&self, name: &'static str, vi: &'static str, en: &'static str) -> Arg {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(self.t(vi, en))
    }

    fn force(&self) -> Arg {
        self.flag("force", "Ghi đè tệp đã có", "Replace a file that is there already")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(Into::into).collect()
    }

    #[test]
    fn the_parser_is_sound_in_both_languages() {
        command(Lang::Vi).debug_assert();
        command(Lang::En).debug_assert();
    }

    #[test]
    fn a_file_on_its_own_is_rendered() {
        for (line, prepared) in [
            ("tan-hoa.xlsx", "baocao render tan-hoa.xlsx"),
            ("--lang en a.xlsx b.xlsx", "baocao render --lang en a.xlsx b.xlsx"),
            ("-o out.docx in.xlsx", "baocao render -o out.docx in.xlsx"),
            ("--image a=b.png in.xlsx", "baocao render --image a=b.png in.xlsx"),
            ("-- -a.xlsx", "baocao render -- -a.xlsx"),
            ("nho.bcpack --force", "baocao pack install nho.bcpack --force"),
            ("check a.xlsx", "baocao check a.xlsx"),
            ("--json pack list", "baocao --json pack list"),
            ("help pack show", "baocao pack show --help"),
            ("rendr", "baocao rendr"),
        ] {
            assert_eq!(prepare(words(line)), words(prepared), "{line}");
        }
    }

    #[test]
    fn the_language_is_known_before_anything_is_parsed() {
        assert_eq!(language(&words("--lang en check")), Lang::En);
        assert_eq!(language(&words("check --lang=en")), Lang::En);
        assert_eq!(language(&words("check -- --lang en")), Lang::Vi);
        assert_eq!(language(&words("--lang vi")), Lang::Vi);
    }

    #[test]
    fn help_has_no_english_words_in_vietnamese() {
        let mut root = command(Lang::Vi);
        root.build();
        let mut all = vec![root];
        while let Some(mut command) = all.pop() {
            let help = command.render_long_help().to_string();
            for english in [
                "Usage",
                "Options",
                "Commands",
                "Arguments",
                "Print",
                "default:",
                "possible",
            ] {
                assert!(!help.contains(english), "{english} in\n{help}");
            }
            all.extend(command.get_subcommands().cloned());
        }
    }
}
