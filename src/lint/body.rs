//! Running text (annex I, II.6).

use super::component::{Document, kind_of};
use super::form::align_name;
use super::read::{Line, Paragraph};
use super::style::{Align, LineRule};
use super::{Fault, Rule, millimetres, points};
use crate::diagnostic::{Severity, Text};
use crate::text;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "the-thuc/noi-dung-can-le",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.e",
        demand: ("Nội dung canh đều cả hai lề", "Running text is justified"),
        check: justified,
    },
    Rule {
        code: "the-thuc/noi-dung-co-chu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.e; mục V",
        demand: ("Nội dung cỡ 13–14", "Running text is 13–14 pt"),
        check: size,
    },
    Rule {
        code: "the-thuc/noi-dung-mot-co-chu",
        severity: Severity::Warning,
        source: "Phụ lục I, mục V",
        demand: ("Cả nội dung cùng một cỡ chữ", "All running text has one size"),
        check: one_size,
    },
    Rule {
        code: "the-thuc/noi-dung-chu-nghieng",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.6.e",
        demand: (
            "Nội dung kiểu chữ đứng (chỉ căn cứ ban hành in nghiêng)",
            "Running text is upright (only legal bases are italic)",
        ),
        check: upright,
    },
    Rule {
        code: "the-thuc/thut-dong",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.e",
        demand: (
            "Dòng đầu của đoạn lùi vào 1 cm hoặc 1,27 cm (chấp nhận 1,2–1,3 cm)",
            "The first line of a paragraph is indented by 1 or 1.27 cm (1.2–1.3 cm is taken)",
        ),
        check: indent,
    },
    Rule {
        code: "the-thuc/thut-dong-gia",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.6.e",
        demand: (
            "Lùi đầu dòng bằng định dạng đoạn, không bằng dấu cách hay phím Tab",
            "The indent is a setting of the paragraph, not blanks or a tab",
        ),
        check: faked_indent,
    },
    Rule {
        code: "the-thuc/cach-doan",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.e",
        demand: ("Các đoạn cách nhau ít nhất 6 pt", "Paragraphs are at least 6 pt apart"),
        check: gap,
    },
    Rule {
        code: "the-thuc/doan-trong",
        severity: Severity::Warning,
        source: "Phụ lục I, mục II.6.e",
        demand: (
            "Khoảng cách đoạn đặt bằng định dạng, không bằng dòng trống",
            "Gaps are a setting of the paragraph, not empty lines",
        ),
        check: empty,
    },
    Rule {
        code: "the-thuc/gian-dong",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.e",
        demand: (
            "Các dòng cách nhau từ dòng đơn đến 1,5 dòng",
            "Lines are single-spaced to 1.5 lines apart",
        ),
        check: line_spacing,
    },
    Rule {
        code: "the-thuc/can-cu",
        severity: Severity::Error,
        source: "Phụ lục I, mục II.6.a",
        demand: (
            "Căn cứ ban hành: chữ nghiêng, mỗi căn cứ một dòng, cuối dòng “;”, dòng cuối “.”",
            "Legal bases are italic, one a line, ending with “;”, the last with “.”",
        ),
        check: bases,
    },
    Rule {
        code: "the-thuc/het-noi-dung",
        severity: Severity::Warning,
        source: "Phụ lục III, các mẫu văn bản hành chính",
        demand: (
            "Nội dung kết thúc bằng “./.”, một lần",
            "The text ends with “./.”, once",
        ),
        check: end_mark,
    },
];

/// Paragraphs of the body that are running text, and their numbers.
fn running(document: &Document) -> impl Iterator<Item = (usize, &Paragraph)> {
    let all = document
        .body
        .iter()
        .filter_map(|index| Some((*index, document.paragraphs.get(*index)?)));
    all.filter(|(_, paragraph)| !document.is_heading(paragraph))
}

/// The width of the text on one line of paper.
fn length(paragraph: &Paragraph) -> i32 {
    paragraph.lines.iter().map(Line::width).max().unwrap_or(0) + paragraph.first_line
}

/// Whether a line is set apart from the text: a caption, a unit, a remark at the right.
fn is_apart(paragraph: &Paragraph) -> bool {
    matches!(paragraph.align, Align::Centre | Align::Right) && length(paragraph) <= paragraph.width()
}

fn paragraph_hint() -> Text {
    text!(
        "chọn các đoạn nội dung, đặt lại ở Trang đầu > Đoạn văn (Home > Paragraph)",
        "select the paragraphs and set them at Home > Paragraph"
    )
}

fn justified(document: &Document) -> Vec<Fault> {
    // The alignment of a paragraph of one line does not show.
    running(document)
        .filter(|(_, paragraph)| paragraph.align != Align::Justified && length(paragraph) > paragraph.width())
        .map(|(index, paragraph)| {
            let (vi, en) = align_name(paragraph.align);
            Fault {
                place: document.place(index),
                message: text!(
                    "nội dung cần căn đều hai bên (đang {vi})",
                    "running text should be justified (it is {en})"
                ),
                hint: text!(
                    "chọn các đoạn nội dung, bấm nút Căn đều (Justify, Ctrl+J) ở Trang đầu (Home)",
                    "select the paragraphs and press Justify (Ctrl+J) at Home"
                ),
            }
        })
        .collect()
}

fn size(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    let numbered = super::numbering::headings(document);
    for index in document.body.iter().filter(|index| !numbered.contains(index)) {
        let Some(paragraph) = document.paragraphs.get(*index) else {
            continue;
        };
        if let Some(run) = paragraph.visible().find(|run| !(26..=28).contains(&run.size)) {
            let (vi, en) = points(run.size);
            faults.push(Fault {
                place: document.place(*index),
                message: text!(
                    "nội dung cần cỡ chữ 13–14 pt (đang {vi} pt)",
                    "running text should be 13–14 pt (it is {en} pt)"
                ),
                hint: text!(
                    "chọn các đoạn nội dung, đặt cỡ chữ 14 ở Trang đầu > Phông (Home > Font)",
                    "select the paragraphs and set the size to 14 at Home > Font"
                ),
            });
        }
    }
    faults
}

fn one_size(document: &Document) -> Vec<Fault> {
    let mut sizes: Vec<(u32, usize)> = Vec::new();
    for (index, paragraph) in running(document) {
        for run in paragraph.visible() {
            if (26..=28).contains(&run.size) && !sizes.iter().any(|(size, _)| *size == run.size) {
                sizes.push((run.size, index));
            }
        }
    }
    let [(first, _), (second, at), ..] = sizes[..] else {
        return Vec::new();
    };
    let ((first_vi, first_en), (second_vi, second_en)) = (points(first), points(second));
    vec![Fault {
        place: document.place(at),
        message: text!(
            "cả nội dung cần cùng một cỡ chữ (trên là {first_vi} pt, từ đây có {second_vi} pt)",
            "all running text should have one size (above it is {first_en} pt, here {second_en} pt)"
        ),
        hint: text!(
            "chọn các đoạn nội dung, đặt cỡ chữ 14 ở Trang đầu > Phông (Home > Font)",
            "select the paragraphs and set the size to 14 at Home > Font"
        ),
    }]
}

fn upright(document: &Document) -> Vec<Fault> {
    // A line or two in italics may be a title or a remark.
    const LONG: usize = 120;
    let (first, last) = bases_range(document);
    running(document)
        .filter(|(index, _)| !(first..last).contains(index))
        .filter(|(_, paragraph)| {
            paragraph.text().chars().count() > LONG && paragraph.visible().all(|run| run.italic) && !is_apart(paragraph)
        })
        .map(|(index, _)| Fault {
            place: document.place(index),
            message: text!(
                "nội dung cần kiểu chữ đứng (cả đoạn đang nghiêng)",
                "running text should be upright (the whole paragraph is italic)"
            ),
            hint: text!(
                "chọn đoạn này, bấm nút nghiêng (I) ở Trang đầu (Home) để bỏ nghiêng",
                "select the paragraph and press italic (I) at Home to take it off"
            ),
        })
        .collect()
}

/// How a first line is pushed in by hand, if it is.
fn faked(paragraph: &Paragraph) -> bool {
    let first = paragraph.lines.first().into_iter().flat_map(|line| &line.runs);
    let text: String = first.map(|run| run.text.as_str()).collect();
    text.starts_with('\t') || text.starts_with("  ") || text.starts_with("\u{a0}\u{a0}")
}

fn indent(document: &Document) -> Vec<Fault> {
    // A centimetre, and 1.2 to 1.3 cm, in twips; a third of a millimetre for how programs round.
    let fits = |indent: i32| (548..=586).contains(&indent) || (662..=756).contains(&indent);
    running(document)
        .filter(|(_, paragraph)| !is_apart(paragraph) && !faked(paragraph) && !paragraph.in_list)
        .filter(|(_, paragraph)| !fits(paragraph.first_line) && !fits(paragraph.left + paragraph.first_line))
        .map(|(index, paragraph)| {
            let (vi, en) = millimetres(paragraph.first_line);
            Fault {
                place: document.place(index),
                message: text!(
                    "dòng đầu của đoạn cần lùi vào 10 mm hoặc 12,7 mm (đang {vi} mm)",
                    "the first line should be indented by 10 or 12.7 mm (it is {en} mm)"
                ),
                hint: text!(
                    "ở Trang đầu > Đoạn văn (Home > Paragraph), mục Đặc biệt (Special) chọn Dòng đầu (First line) 1,27 cm",
                    "at Home > Paragraph, under Special choose First line 1.27 cm"
                ),
            }
        })
        .collect()
}

fn faked_indent(document: &Document) -> Vec<Fault> {
    running(document)
        .filter(|(_, paragraph)| faked(paragraph) && !is_apart(paragraph))
        .map(|(index, _)| Fault {
            place: document.place(index),
            message: text!(
                "đầu dòng cần lùi bằng định dạng đoạn (đang dùng dấu cách hoặc phím Tab)",
                "the indent should be a setting of the paragraph (it is made with blanks or a tab)"
            ),
            hint: text!(
                "xoá chúng, rồi ở Trang đầu > Đoạn văn (Home > Paragraph), mục Đặc biệt chọn Dòng đầu 1,27 cm",
                "delete them, then at Home > Paragraph, under Special, choose First line 1.27 cm"
            ),
        })
        .collect()
}

fn gap(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for pair in document.body.windows(2) {
        let [above, below] = pair else { continue };
        let (Some(first), Some(second)) = (document.paragraphs.get(*above), document.paragraphs.get(*below)) else {
            continue;
        };
        // What stands between them is told by itself.
        if above + 1 != *below {
            continue;
        }
        let joined = first.contextual && second.contextual && first.style == second.style;
        // Word lays the larger of both between them, older versions their sum.
        let gap = if joined { 0 } else { first.after + second.before };
        if gap < 118 {
            let found = f64::from(gap) / 20.0;
            let (vi, en) = (found.to_string().replace('.', ","), found.to_string());
            faults.push(Fault {
                place: document.place(*below),
                message: text!(
                    "các đoạn cần cách nhau ít nhất 6 pt (đang cách đoạn trên {vi} pt)",
                    "paragraphs should be at least 6 pt apart (this one is {en} pt below the one before)"
                ),
                hint: text!(
                    "chọn các đoạn nội dung, ở Bố trí > Giãn cách (Layout > Spacing) đặt Sau là 6 pt",
                    "select the paragraphs and set After to 6 pt at Layout > Spacing"
                ),
            });
        }
    }
    faults
}

fn empty(document: &Document) -> Vec<Fault> {
    let (Some(first), Some(last)) = (document.body.first(), document.body.last()) else {
        return Vec::new();
    };
    let between = document.paragraphs.iter().enumerate().take(*last).skip(*first);
    between
        .filter(|(index, paragraph)| {
            let beside_table = [index.checked_sub(1), index.checked_add(1)]
                .into_iter()
                .flatten()
                .any(|near| {
                    document
                        .paragraphs
                        .get(near)
                        .is_some_and(|near| near.container != paragraph.container)
                });
            paragraph.container == super::read::Container::Body
                && paragraph.is_blank()
                && paragraph.drawn.is_empty()
                && !paragraph.border
                && !paragraph.has_picture
                // A paragraph of next to no height keeps tables apart or ends a section.
                && paragraph.line_height(paragraph.mark) > 60
                && !beside_table
        })
        .map(|(index, _)| Fault {
            place: match index.checked_sub(1) {
                Some(above) => document.place(above),
                None => document.place(index),
            },
            message: text!(
                "khoảng cách giữa các đoạn cần đặt bằng định dạng (dưới đoạn này có dòng trống)",
                "gaps should be a setting of the paragraph (an empty line follows this one)"
            ),
            hint: text!(
                "xoá dòng trống, ở Bố trí > Giãn cách (Layout > Spacing) đặt Sau là 6 pt",
                "delete the empty line and set After to 6 pt at Layout > Spacing"
            ),
        })
        .collect()
}

fn line_spacing(document: &Document) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, paragraph) in running(document) {
        let size = paragraph.visible().map(|run| run.size).max().unwrap_or(28);
        // In hundredths of a line; lines of fixed height are held against that of the type, 1.15 times its size.
        let lines = match paragraph.line_rule {
            LineRule::Auto => i64::from(paragraph.line) * 100 / 240,
            LineRule::Exact | LineRule::AtLeast => {
                let natural = i64::from(size) * 115 / 10;
                let lines = i64::from(paragraph.line) * 100 / natural.max(1);
                match paragraph.line_rule {
                    LineRule::AtLeast => lines.max(100),
                    // A little less than the type's own height is what older templates call single.
                    _ if (87..100).contains(&lines) => 100,
                    _ => lines,
                }
            }
        };
        if !(99..=151).contains(&lines) {
            let found = (lines as f64) / 100.0;
            let (vi, en) = (found.to_string().replace('.', ","), found.to_string());
            faults.push(Fault {
                place: document.place(index),
                message: text!(
                    "khoảng cách dòng cần từ 1 đến 1,5 dòng (đang {vi} dòng)",
                    "line spacing should be 1 to 1.5 lines (it is {en})"
                ),
                hint: paragraph_hint(),
            });
        }
    }
    faults
}

/// The paragraphs of legal bases: first, and one past the last.
fn bases_range(document: &Document) -> (usize, usize) {
    let starts = |index: &usize, words: &[&str]| {
        document
            .paragraphs
            .get(*index)
            .is_some_and(|paragraph| words.iter().any(|word| paragraph.text().starts_with(word)))
    };
    let Some(first) = document.body.iter().position(|index| starts(index, &["Căn cứ "])) else {
        return (0, 0);
    };
    let list: Vec<usize> = document
        .body
        .iter()
        .skip(first)
        .take_while(|index| starts(index, &["Căn cứ ", "Theo đề nghị ", "Xét đề nghị ", "Xét "]))
        .copied()
        .collect();
    // In a report, a sentence may begin with these words; a block of them stands first, or in a decision.
    let decides = document
        .kind
        .and_then(|at| kind_of(&document.text(at)))
        .is_some_and(|(_, short)| matches!(short, "QĐ" | "NQ" | "KH" | "TTr"));
    let is_block = list.len() >= 2 || (decides && first <= 1);
    match (list.first(), list.last()) {
        (Some(first_line), Some(last)) if is_block && first <= 2 => (*first_line, last + 1),
        _ => (0, 0),
    }
}

fn bases(document: &Document) -> Vec<Fault> {
    let (first, last) = bases_range(document);
    let mut faults = Vec::new();
    for index in first..last {
        let Some(paragraph) = document.paragraphs.get(index).filter(|paragraph| !paragraph.is_blank()) else {
            continue;
        };
        let is_last = index + 1 == last;
        let end = if is_last { '.' } else { ';' };
        let (need_vi, need_en) = match is_last {
            true => (
                "dòng căn cứ cuối cần kết thúc bằng dấu chấm “.”",
                "the last legal basis should end with “.”",
            ),
            false => (
                "mỗi căn cứ cần kết thúc bằng dấu chấm phẩy “;”",
                "each legal basis should end with “;”",
            ),
        };
        if !paragraph.text().ends_with(end) {
            faults.push(Fault {
                place: document.place(index),
                message: Text::new(need_vi, need_en),
                hint: text!("đổi dấu ở cuối dòng thành “{end}”", "end the line with “{end}”"),
            });
        }
        if paragraph.visible().any(|run| !run.italic) {
            faults.push(Fault {
                place: document.place(index),
                message: text!(
                    "căn cứ ban hành cần in nghiêng (đang đứng)",
                    "legal bases should be italic (this one is upright)"
                ),
                hint: text!(
                    "chọn dòng này, bấm nút nghiêng (I) ở Trang đầu (Home)",
                    "select the line and press italic (I) at Home"
                ),
            });
        }
    }
    faults
}

fn end_mark(document: &Document) -> Vec<Fault> {
    const MARK: &str = "./.";
    let Some(last) = document.body.last() else {
        return Vec::new();
    };
    let marked = |index: &&usize| {
        document
            .paragraphs
            .get(**index)
            .is_some_and(|paragraph| paragraph.text().ends_with(MARK))
    };
    let count = document.body.iter().filter(marked).count();
    if marked(&last) && count == 1 {
        return Vec::new();
    }
    let early = document.body.iter().find(marked).filter(|index| *index != last);
    match early {
        Some(index) => vec![Fault {
            place: document.place(*index),
            message: text!(
                "“./.” chỉ đứng ở cuối nội dung (đang có ở đây)",
                "“./.” stands at the end of the text only (it is here, too)"
            ),
            hint: text!("xoá “./.” ở đoạn này", "delete “./.” here"),
        }],
        None => vec![Fault {
            place: document.place(*last),
            message: text!(
                "nội dung cần kết thúc bằng “./.” (không thấy)",
                "the text should end with “./.” (it does not)"
            ),
            hint: text!("thêm “./.” vào cuối đoạn này", "add “./.” to the end of this paragraph"),
        }],
    }
}
