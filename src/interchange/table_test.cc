// SPDX-License-Identifier: EUPL-1.2
#include "interchange/table.h"

#include <zip.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "base/fold.h"
#include "interchange/test_data.h"

/** The fuzz targets as plain functions (csv_fuzz.cc, hours_fuzz.cc). */
int fuzz_csv(const std::uint8_t* data, std::size_t size);
int fuzz_hours(const std::uint8_t* data, std::size_t size);
int fuzz_mapping(const std::uint8_t* data, std::size_t size);

namespace lotse::interchange {
namespace {

struct Read {
  Table table;
  Report report;
};

Read read(std::string_view bytes, const TableForm& form = {}) {
  Read r;
  auto table = read_table("t", bytes, form, r.report);
  EXPECT_TRUE(table) << (table ? "" : problems(table.error()));
  if (table) r.table = std::move(*table);
  return r;
}

TEST(Csv, QuotesLineEndsAndLines) {
  const auto [table, report] = read("a,b\r\n\"x \"\"y\"\"\nz\", 1 \r\n\r\nq\"r,\"\"\r\n");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].line, 2u);
  EXPECT_EQ(table.rows[0].cells, (std::vector<std::string>{"x \"y\"\nz", "1"}));
  EXPECT_EQ(table.rows[1].line, 5u);
  EXPECT_EQ(table.rows[1].cells, (std::vector<std::string>{"q\"r", ""}));
  EXPECT_TRUE(report.findings().empty());
  EXPECT_EQ(report.totals().at("t").read, 2u);
}

TEST(Csv, SeparatorsAreFoundOut) {
  EXPECT_EQ(find_separator("a;b;c\n1,5;2;3\n1,6;2;3\n"), ';');
  EXPECT_EQ(find_separator("a\tb\n\"x,y\"\tz\n"), '\t');
  EXPECT_EQ(find_separator("a|b\n1|2\n"), '|');
  EXPECT_EQ(find_separator("a,b\n\"1;2;3\",2\n"), ',');
  EXPECT_EQ(find_separator("alone\n1\n"), ',');
  EXPECT_EQ(read("a;b\n1;2\n").report.count(Severity::note), 1u);
}

TEST(Csv, EncodingsAreFoundOutAndTold) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "Straße,b\n1,2\n")
                .table.columns[0],
            "Straße");
  EXPECT_TRUE(read("Straße,b\n1,2\n").report.findings().empty());
  const auto ansi = read(
      "Stra\xDF"
      "e,b\n\x80,2\n");
  EXPECT_EQ(ansi.table.columns[0], "Straße");
  EXPECT_EQ(ansi.table.rows[0].cells[0], "€");
  EXPECT_EQ(ansi.report.findings().at(0).value, "windows-1252");
  for (const bool bom : {true, false}) {
    std::string wide = bom ? "\xFF\xFE" : "";
    for (const char c : std::string_view("ab,c\n1,2\n")) wide += std::string({c, '\0'});
    const auto utf16 = read(wide);
    EXPECT_EQ(utf16.table.columns, (std::vector<std::string>{"ab", "c"}));
    EXPECT_EQ(utf16.report.findings().at(0).value, "UTF-16LE");
  }
  Report report;
  EXPECT_FALSE(read_table("t", "a,b\n",
                          {.format = "csv", .encoding = "no-such", .separator = "", .limits = {}}, report));
}

TEST(Csv, BrokenRowsAreReportedAndTheNextOnesRead) {
  const auto [table, report] = read("a,b\n1,2\n1\n1,2,3\n1,2,,\n\"x\"y,2\n\"never,closed\n3,4\n");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[2].line, 8u);
  std::vector<std::size_t> lines;
  for (const auto& f : report.findings()) lines.push_back(f.line);
  EXPECT_EQ(lines, (std::vector<std::size_t>{3, 4, 6, 7}));
  EXPECT_EQ(report.totals().at("t").read, 7u);
}

TEST(Csv, HeadersAreTrimmedAndMadeDifferent) {
  const auto [table, report] = read(" a ,b,a,,c\n1,2,3,4,5\n");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "b", "a (2)", "column 4", "c"}));
  EXPECT_EQ(report.count(Severity::value_changed), 1u);
  Report other;
  EXPECT_FALSE(read_table("t", "\n\n", {}, other));
}

TEST(Csv, EveryColumnCanBeReached) {
  const auto [table, report] = read("a,a,a (2),a\n1,2,3,4\n");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "a (3)", "a (2)", "a (4)"}));
  EXPECT_EQ(report.count(Severity::value_changed), 2u);
}

TEST(Csv, OneBrokenByteDoesNotGarbleTheWholeFile) {
  for (const bool bom : {false, true}) {
    const auto [table, report] =
        read(std::string(bom ? "\xEF\xBB\xBF" : "") + "Straße,Träger\nKäthe,Größe\nÜber,M\xE4rz\nÄhre,Öl\n");
    EXPECT_EQ(table.columns[0], "Straße");
    ASSERT_EQ(table.rows.size(), 3u);
    EXPECT_EQ(table.rows[1].cells[1], "M\xEF\xBF\xBDrz");
    ASSERT_EQ(report.findings().size(), 1u);
    EXPECT_EQ(report.findings()[0].severity, Severity::value_changed);
    EXPECT_EQ(report.findings()[0].line, 3u);
    EXPECT_EQ(report.findings()[0].value, "Über,M\xEF\xBF\xBDrz");
  }
}

TEST(Csv, AnEncodingMayBeNamedInSmallLetters) {
  EXPECT_TRUE(read("Straße\n1\n", {.format = "csv", .encoding = "utf-8", .separator = "", .limits = {}})
                  .report.findings()
                  .empty());
}

TEST(Csv, Limits) {
  TableForm form;
  form.limits.columns = 3;
  form.limits.cell_bytes = 10;
  EXPECT_EQ(read("a,b\n12345678901,2\n1,2\n", form).report.count(Severity::row_not_used), 1u);
  Report report;
  EXPECT_FALSE(read_table("t", "a,b,c,d\n", form, report));
  form.limits.file_bytes = 4;
  EXPECT_FALSE(read_table("t", "a,b,c\n", form, report));
}

TEST(JsonTable, FlattensAndKnowsLines) {
  const auto [table, report] = read(
      "[\n{\"id\": 1, \"a\": {\"b\": \"x\", \"c\": [1, 2]}},\n\n {\"id\": 2,\n \"d\": null, \"e\": true}, "
      "7]");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"id", "a.b", "a.c", "d", "e"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells, (std::vector<std::string>{"1", "x", "1, 2", "", ""}));
  EXPECT_EQ(table.rows[1].line, 4u);
  EXPECT_EQ(table.rows[1].cells[4], "true");
  EXPECT_EQ(report.findings().at(0).line, 5u);
  EXPECT_EQ(read("{\"meta\": 1, \"rows\": [{\"a\": \"]}\"},\n{\"a\": 2}]}").table.rows[1].line, 2u);
  EXPECT_EQ(read("{\"a\": 1}\n{\"a\": 2}\n").table.rows.size(), 2u);
}

TEST(JsonTable, AFewWideRowsDoNotTakeAllMemory) {
  TableForm form;
  form.limits.cells = 100;
  std::string json = "[{\"a\":1";
  for (int i = 0; i < 19; ++i) json += ",\"c" + std::to_string(i) + "\":1";
  json += "}";
  for (int i = 0; i < 4; ++i) json += ",{\"a\":1}";
  EXPECT_EQ(read(json + "]", form).table.rows.size(), 5u);
  Report report;
  EXPECT_FALSE(read_table("t", json + ",{\"a\":1}]", form, report));
  std::string csv = "a,b\n";
  for (int i = 0; i < 51; ++i) csv += "1,2\n";
  EXPECT_FALSE(read_table("t", csv, form, report));
}

TEST(JsonTable, OfTwoMembersWithTheSamePathNoneVanishes) {
  const auto [table, report] = read(R"([{"a.b":"x","a":{"b":"y"}},{"a.b":"z","a":{"b":""}}])");
  EXPECT_EQ(table.rows[0].cells[0], "x");
  EXPECT_EQ(table.rows[1].cells[0], "z");
  ASSERT_EQ(report.findings().size(), 1u);
  EXPECT_EQ(report.findings()[0].value, "y");
  EXPECT_EQ(report.findings()[0].field, "a.b");
}

TEST(JsonTable, AShapeThatIsNoPointIsReported) {
  const auto [table, report] = read(
      R"({"type":"FeatureCollection","features":[
{"type":"Feature","title":"T","geometry":{"type":"Polygon","coordinates":[[[9,54],[9,55],[8,54]]]},"properties":{"name":"A"}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[9]},"properties":{"name":"B"}}]})");
  EXPECT_EQ(count(report, Severity::value_not_used, "t", "geometry"), 2u);
  EXPECT_EQ(report.findings()[0].line, 2u);
  EXPECT_EQ(table.rows[0].cells[*table.column("geometry.type")], "Polygon");
  EXPECT_EQ(table.rows[0].cells[*table.column("title")], "T");
}

TEST(JsonTable, GeoJson) {
  const auto [table, report] = read(
      R"({"type":"FeatureCollection","features":[
{"type":"Feature","id":"f1","geometry":{"type":"Point","coordinates":[9.5,54.5]},"properties":{"name":"A"}},
{"type":"Feature","geometry":null,"properties":{"name":"B"}}]})");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].cells[*table.column("geometry.latitude")], "54.5");
  EXPECT_EQ(table.rows[0].cells[*table.column("id")], "f1");
  EXPECT_EQ(table.rows[1].cells[*table.column("geometry.latitude")], "");
}

TEST(Report, CutsCountsAndGuardsFormulas) {
  Report report;
  report.add(Severity::row_not_used, "f", 7, "a", "=1+1", msg("There is no id."));
  report.add(Severity::row_not_used, "f", 9, "a", "x, \"y\"", msg("There is no id."));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  report.add(Severity::note, "f", 0, "", umlauts, msg("The file is empty."));
  EXPECT_EQ(length(report.findings()[2].value), 121u);
  ASSERT_EQ(report.sums().size(), 2u);
  EXPECT_EQ(report.sums()[0].count, 2u);
  const std::string csv = report.csv(*words::language("en"));
  EXPECT_NE(csv.find("Row not used,f,7,,a,'=1+1,,There is no id.\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\"x, \"\"y\"\"\""), std::string::npos);
  Report again;
  const auto table = read_table("r.csv", csv, {}, again);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.size(), 3u);
  EXPECT_NE(report.screen(*words::language("en")).find("Row not used (2×) f:7 a: There is no id."),
            std::string::npos);
}

TEST(Report, AMillionFindingsAreSummedUp) {
  Report report;
  for (int i = 0; i < 100'010; ++i)
    report.add(Severity::row_not_used, "f", 7, "a", "x", msg("There is no id."));
  report.add(Severity::note, "g", 7, "a", "x", msg("The file is empty."));
  Report whole;
  whole.append(std::move(report));
  EXPECT_EQ(whole.findings().size(), 100'000u);
  EXPECT_EQ(whole.count(Severity::row_not_used), 100'010u);
  EXPECT_EQ(whole.count(Severity::note), 1u);
  ASSERT_EQ(whole.sums().size(), 2u);
  EXPECT_EQ(whole.sums()[0].count, 100'010u);
  EXPECT_NE(whole.csv(*words::language("en")).find(",… 10×,"), std::string::npos);
}

std::string zipped(const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string path = testing::TempDir() + "lotse_interchange_test.zip";
  std::filesystem::remove(path);
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  for (const auto& [name, bytes] : files) {
    const auto at = zip_file_add(zip, name.c_str(), zip_source_buffer(zip, bytes.data(), bytes.size(), 0), 0);
    if (bytes.size() < 100) zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), ZIP_CM_STORE, 0);
  }
  EXPECT_EQ(zip_close(zip), 0);
  return path;
}

TEST(Archive, AZipIsReadLikeAFolder) {
  const auto archive = Archive::open(zipped({{"p/b.csv", "x"}, {"../../a.csv", "yy"}}));
  ASSERT_TRUE(archive);
  ASSERT_EQ(archive->entries().size(), 2u);
  EXPECT_EQ(archive->entries()[0].name, "../../a.csv");
  EXPECT_EQ(*archive->bytes(0), "yy");
  EXPECT_EQ(*archive->bytes(1), "x");
}

TEST(Archive, BombsAndDamageAreRefused) {
  EXPECT_FALSE(Archive::open(zipped({{"bomb.csv", std::string(5'000'000, 'a')}})));
  Limits limits;
  limits.file_bytes = 10;
  EXPECT_FALSE(Archive::open(zipped({{"a.csv", "123456"}, {"b.csv", "123456"}}), limits));
  const std::string path = zipped({{"a.csv", "12345678901234567890"}});
  auto bytes = *read_file(path, 1 << 20);
  bytes[bytes.find("1234567") + 3] = 'X';
  std::ofstream(path, std::ios::binary) << bytes;
  const auto archive = Archive::open(path);
  ASSERT_TRUE(archive);
  EXPECT_FALSE(archive->bytes(0));
}

TEST(Fuzz, Replay) {
  std::mt19937 random(7);
  constexpr std::string_view kCsv = ",;\t|\"\"\n\r ab1{}[]:\xC3\xA4\xFF";
  constexpr std::string_view kHours = "0123456789:.-,; aApPmMoDdiTuUhr&\n\xE2\x80\x93";
  for (int i = 0; i < 3000; ++i) {
    std::string csv, hours;
    for (auto n = random() % 60; n > 0; --n) csv += kCsv[random() % kCsv.size()];
    for (auto n = random() % 40; n > 0; --n) hours += kHours[random() % kHours.size()];
    fuzz_csv(reinterpret_cast<const std::uint8_t*>(csv.data()), csv.size());
    fuzz_hours(reinterpret_cast<const std::uint8_t*>(hours.data()), hours.size());
  }
}

// What was once hostile is tried again each time.
TEST(Corpus, KeptInputsKeepThePromisesOfTheFuzzTargets) {
  std::size_t inputs = 0;
  for (const auto& [folder, target] :
       {std::pair("csv_fuzz_corpus", &fuzz_csv), std::pair("mapping_fuzz_corpus", &fuzz_mapping)})
    for (const auto& file :
         std::filesystem::directory_iterator(std::string(LOTSE_SOURCE_DIR) + "/src/interchange/" + folder)) {
      const auto bytes = read_file(file.path().string(), 1 << 20);
      ASSERT_TRUE(bytes.has_value());
      target(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
      ++inputs;
    }
  EXPECT_GT(inputs, 20u);
}

}  // namespace
}  // namespace lotse::interchange
