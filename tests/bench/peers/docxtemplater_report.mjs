// The report with SheetJS and docxtemplater, measured by `tests/bench/peers/run`. It does what docxtpl_report.py does.
//
//     node docxtemplater_report.mjs SCHEMA TEMPLATE FOLDER WORKBOOK...

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import Docxtemplater from "docxtemplater";
import PizZip from "pizzip";
import XLSX from "xlsx";

const [schemaFile, templateFile, folder, ...workbooks] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
for (const sheet of schema) {
  for (const field of sheet.fields) field.choices = field.choices && new Set(field.choices);
}
const template = readFileSync(templateFile);
for (const workbook of workbooks) {
  const document = new Docxtemplater(new PizZip(template), { paragraphLoop: true, linebreaks: true });
  document.render(values(workbook));
  const bytes = document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
  writeFileSync(join(folder, basename(workbook, ".xlsx") + ".docx"), bytes);
}

// --- Reading and checking --------------------------------------------------------------------------------------------

/** Every value as it is printed, by names that all three template languages take. */
function values(path) {
  const workbook = XLSX.read(readFileSync(path), { dense: true, cellFormula: false, cellHTML: false, cellText: false });
  const found = {};
  const tables = {};
  const faults = [];
  for (const sheet of schema) {
    const cells = workbook.Sheets[sheet.name];
    if (!cells) {
      faults.push(`${sheet.name}: missing`);
      continue;
    }
    const rows = XLSX.utils.sheet_to_json(cells, { header: 1, raw: true, defval: "", blankrows: true });
    if (sheet.layout === "form") readForm(sheet, rows, found, faults);
    else tables[sheet.id] = readTable(sheet, rows, faults);
  }
  if (faults.length > 0) stop(`${path}\n${faults.join("\n")}`);
  return withLists(found, tables, path);
}

function readForm(sheet, rows, found, faults) {
  const start = header(rows, "Mục");
  sheet.fields.forEach((field, number) => {
    const place = start + 1 + number;
    const row = rows[place] ?? ["", ""];
    if (label(row[0]) !== field.header) {
      faults.push(`${sheet.name}: A${place + 1}: ${field.header}?`);
      return;
    }
    const [text, fault] = check(field, row[1]);
    if (fault) faults.push(`${sheet.name}: B${place + 1}: ${fault}`);
    found[`${sheet.id}_${field.id}`] = text;
  });
}

function readTable(sheet, rows, faults) {
  const start = header(rows, "STT");
  const { fields } = sheet;
  fields.forEach((field, number) => {
    if (label(rows[start][number + 1]) !== field.header) {
      faults.push(`${sheet.name}: column ${number + 2}: ${field.header}?`);
    }
  });
  if (faults.length > 0) return [];
  const table = [];
  for (let place = start + 1; place < rows.length; place++) {
    const row = rows[place];
    // The example, and rows that hold a number only.
    if (row[0] === "VD" || !row.some((cell, column) => column > 0 && cell !== "")) continue;
    const record = {};
    fields.forEach((field, number) => {
      const [text, fault] = check(field, row[number + 1]);
      if (fault) faults.push(`${sheet.name}: row ${place + 1}, column ${number + 2}: ${fault}`);
      record[field.id] = text;
    });
    table.push(record);
  }
  if (table.length > sheet.max_rows) faults.push(`${sheet.name}: more than ${sheet.max_rows} rows`);
  return table;
}

function header(rows, first) {
  const place = rows.findIndex((row) => row[0] === first);
  return place >= 0 ? place : stop(`no row begins with ${first}`);
}

function label(cell) {
  return String(cell ?? "").replace(/\*$/, "").split(/\s+/).filter(Boolean).join(" ");
}

/** A cell as it is printed, and what is wrong with it. */
function check(field, cell) {
  if (typeof cell === "string") cell = cell.trim();
  if (cell === "" || cell === undefined) return [field.default, field.required ? "empty" : undefined];
  switch (field.type) {
    case "text":
    case "long_text":
    case "choice":
    case "flag":
      if (typeof cell !== "string") return ["", `${cell} is no text`];
      if (field.choices && !field.choices.has(cell)) return ["", `${cell} is not permitted`];
      if (field.max_length && cell.length > field.max_length) return ["", "too long"];
      return [cell];
  }
  if (typeof cell !== "number") return ["", `${cell} is no number`];
  if (field.type === "date") {
    const date = XLSX.SSF.parse_date_code(cell);
    if (!date) return ["", `${cell} is no date`];
    return [`${dayMonth(date.d, date.d < 10)}/${dayMonth(date.m, date.m < 3)}/${date.y}`];
  }
  const number = field.type === "percent" ? Math.round(cell * 1e8) / 1e6 : cell;
  if ((field.min !== null && number < field.min) || (field.max !== null && number > field.max)) {
    return ["", `${number} is out of range`];
  }
  if (["integer", "year", "count"].includes(field.type) && !Number.isInteger(number)) {
    return ["", `${number} is not whole`];
  }
  if (field.type === "year") return [String(number)];
  if (field.type === "count" && number < 10) return [String(number).padStart(2, "0")];
  return [grouped(number) + (field.type === "percent" ? "%" : "")];
}

function dayMonth(number, padded) {
  return padded ? String(number).padStart(2, "0") : String(number);
}

/** 12.345,6 */
function grouped(number) {
  const [whole, fraction] = String(Math.round(number * 1e6) / 1e6).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ".");
  return fraction ? `${text},${fraction}` : text;
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

// --- What the template prints ----------------------------------------------------------------------------------------

function withLists(found, tables, path) {
  const people = tables.danh_sach;
  delete tables.danh_sach;
  const awards = new Map(tables.khen_thuong.filter((award) => award.ma).map((award) => [award.ma, award]));
  for (const [id, table] of Object.entries(tables)) {
    table.forEach((record, number) => {
      for (const [field, text] of Object.entries(record)) found[`${id}_${number + 1}_${field}`] = text;
    });
  }
  found.tu_cap_tren = tables.van_ban.filter((record) => record.nhom === "Triển khai văn bản cấp trên");
  found.ca_nhan = people.map((person, number) => {
    const award = awards.get(person.ma_khen_thuong);
    if (!award) stop(`${path}: no award ${person.ma_khen_thuong}`);
    const form = award.hinh_thuc || "khen thưởng";
    const shown = award.trang_thai === "Đề nghị" ? `Đề nghị ${form}` : form.charAt(0).toUpperCase() + form.slice(1);
    return {
      so: grouped(number + 1),
      ho_ten: person.ho_ten,
      noi: [person.chuc_vu, person.don_vi].filter(Boolean).join(", "),
      hinh_thuc: `${shown} của ${award.co_quan}`,
      thanh_tich: person.thanh_tich,
    };
  });
  const [day, month, year] = found.thong_tin_ngay.split("/");
  found.ngay_dai = `ngày ${day} tháng ${month} năm ${year}`;
  found.so_van_ban = found.thong_tin_so_van_ban.replaceAll(".", "").padStart(2, "0");
  found.don_vi_hoa = `${found.thong_tin_loai_don_vi} ${found.thong_tin_ten_xa}`.toUpperCase();
  found.chuc_vu_hoa = found.thong_tin_chuc_vu.toUpperCase();
  found.nam_sau = String(Number(found.thong_tin_nam) + 1);
  found.nam_qua = String(Number(found.thong_tin_nam) - 1);
  return found;
}
