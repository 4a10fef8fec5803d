use super::*;

const HEADER: &str = "code,name,level,parent\n";

fn faults(text: &str) -> Vec<(u64, String, String)> {
    let faults = read_csv(text).expect_err("the file has a fault");
    assert!(faults.iter().all(|fault| REASONS.iter().any(|(word, _, _)| *word == fault.reason)), "{faults:?}");
    faults.into_iter().map(|fault| (fault.row, fault.column, fault.reason)).collect()
}

fn one(row: u64, column: &str, reason: &str) -> Vec<(u64, String, String)> {
    vec![(row, column.into(), reason.into())]
}

fn rows(rows: &str) -> Vec<(u64, String, String)> {
    faults(&format!("{HEADER}340603,相山区,district,\n{rows}"))
}

#[test]
fn the_published_file_is_read_whole() {
    let rows = read_csv(crate::XIANGSHAN_CSV).unwrap();
    let count = |level: &str| rows.iter().filter(|row| row.level == level).count();
    assert_eq!((rows.len(), count("district"), count("street"), count("community")), (99, 1, 10, 88));
    assert_eq!(rows.iter().filter(|row| row.name.ends_with("社区居民委员会")).count(), 75);
    assert_eq!(rows[0].parent, None);
}

#[test]
fn a_spreadsheets_mark_and_line_ends_are_taken() {
    let text =
        "\u{feff}code,name,level,parent\r\n340603,\"相山区\",district,\r\n\r\n340603001,相南街道,street,340603\r\n";
    assert_eq!(read_csv(text).unwrap().len(), 2);
    assert_eq!(read_csv(&format!("{HEADER}340603,相山区,district,")).unwrap()[0].name, "相山区");
}

#[test]
fn every_wrong_cell_is_named_by_line_column_and_reason() {
    assert_eq!(rows("34060300,x,street,340603"), one(3, "code", "not_a_code"));
    assert_eq!(rows("34060300a,x,street,340603"), one(3, "code", "not_a_code"));
    assert_eq!(rows(",x,street,340603"), one(3, "code", "empty"));
    assert_eq!(rows("340603,again,district,"), one(3, "code", "duplicate"));
    assert_eq!(rows("340603001, ,street,340603"), one(3, "name", "empty"));
    assert_eq!(rows(&format!("340603001,{},street,340603", "长".repeat(61))), one(3, "name", "too_long"));
    assert_eq!(rows("340603001,a\u{7}b,street,340603"), one(3, "name", "control_characters"));
    assert_eq!(rows("340603001,x,town,340603"), one(3, "level", "level_unknown"));
    assert_eq!(rows("340603001,x,community,340603"), one(3, "level", "level_does_not_match_code"));
    assert_eq!(rows("340603001,x,street,"), one(3, "parent", "empty"));
    assert_eq!(rows("340603001,x,street,340604"), one(3, "parent", "parent_does_not_match_code"));
    assert_eq!(rows("340604,x,district,340603"), one(3, "parent", "parent_does_not_match_code"));
    assert_eq!(rows("340603001001,x,community,340603001"), one(3, "parent", "parent_not_in_file"));
    assert_eq!(rows("340603001,x"), one(3, "", "too_few_cells"));
    assert_eq!(rows("340603001,x,street,340603,more"), one(3, "", "too_many_cells"));
}

#[test]
fn all_faults_are_told_at_once_on_their_own_lines() {
    let told = rows(
        "\n340603001,,street,340603\n34060300x,好,street,340603\n\"340603002,开着,street,340603\n340603003,,street,",
    );
    let lines: Vec<u64> = told.iter().map(|(row, ..)| *row).collect();
    assert_eq!(lines, [4, 5, 6, 7, 7], "an open quote spoils its own line only: {told:?}");
    assert_eq!(rows(&"x,,y,z\n".repeat(500)).len(), MAX_FAULTS);
}

#[test]
fn a_wrong_header_is_one_fault_and_not_one_a_row() {
    assert_eq!(faults(""), one(1, "", "no_rows"));
    assert_eq!(faults(HEADER), one(2, "", "no_rows"));
    let told = faults("代码,name,level,parent\n340603,相山区,district,\n");
    assert_eq!(told, [one(1, "code", "column_missing"), one(1, "代码", "column_unknown")].concat());
}

#[test]
fn a_file_in_gbk_is_named_as_such() {
    // 相山区 as a spreadsheet saves it in GBK.
    let gbk = [HEADER.as_bytes(), b"340603,\xcf\xe0\xc9\xbd\xc7\xf8,district,\n"].concat();
    let not_utf8 = vec![CsvFault { row: 2, column: String::new(), reason: "not_utf8".into() }];
    assert_eq!(read_bytes(&gbk), Err(not_utf8.clone()));
    assert_eq!(read_csv(&String::from_utf8_lossy(&gbk)), Err(not_utf8));
}
