#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "proberen/render.hpp"
#include "reports/record/tests/sample_records.hpp"
#include "reports/render/tests/many_records.hpp"

namespace proberen {
namespace {

class Junit : public testing::Test {
 protected:
  void write(const std::vector<Record>& records, const GatePolicy& policy = {}) {
    text_ = render_junit(records, judge(records, policy));
    ASSERT_TRUE(document_.load_string(text_.c_str())) << text_;
  }
  pugi::xml_node suite(const char* name) { return document_.child("testsuites").find_child_by_attribute("testsuite", "name", name); }
  pugi::xml_node test(const char* in, const char* name) { return suite(in).find_child_by_attribute("testcase", "name", name); }

  std::string text_;
  pugi::xml_document document_;
};

TEST_F(Junit, ASuiteForEachSubjectACaseForEachRecord) {
  write(samples::mixed());
  EXPECT_EQ(suite("Queue").attribute("tests").as_int(), 9);
  EXPECT_TRUE(test("Queue", "explore: put(1) | get"));
  EXPECT_TRUE(test("Queue", "stress tsan"));
  EXPECT_STREQ(test("Queue", "stress asan").child("skipped").attribute("message").value(), "the asan variant is not built");
  EXPECT_STREQ(test("Lock", "fuzz").child("skipped").attribute("message").value(), "inconclusive: the time ended before the first round");
  EXPECT_STREQ(test("Lock", "explore").child("failure").attribute("type").value(), "deadlock");
  EXPECT_NE(std::string(test("Lock", "explore").child_value("failure")).find("replay: proberen explore Lock --witness R1-42"),
            std::string::npos);
}

TEST_F(Junit, TwinsFailWhenNotCaught) {
  write(samples::mixed());
  EXPECT_FALSE(test("Queue", "twin QueueWithoutWake: explore").child("failure"));
  EXPECT_TRUE(test("Queue", "twin QueueWithoutWake: fuzz").child("failure"));
  GatePolicy policy;
  policy.claims = {{"NeverRun", "stress", "", ""}};
  write(samples::good_queue(), policy);
  EXPECT_TRUE(test("(no subject)", "twin NeverRun: stress").child("failure"));
}

TEST_F(Junit, TheFirstSuiteSaysWhatTheGateSays) {
  write(samples::good_queue());
  EXPECT_EQ(document_.child("testsuites").attribute("failures").as_int(), 0);
  EXPECT_TRUE(test("proberen", "gate").child("system-out"));
  write(samples::good_queue(), {.require_complete = false, .strict_goals = true, .claims = {}});
  EXPECT_EQ(document_.child("testsuites").attribute("failures").as_int(), 1);
  EXPECT_TRUE(test("proberen", "gate").child("failure"));
  write({});
  EXPECT_EQ(document_.child("testsuites").attribute("errors").as_int(), 1);
}

TEST_F(Junit, ACrashIsAnError) {
  std::vector<Record> records{samples::deadlock()};
  records[0].failure->kind = "crash";
  write(records);
  EXPECT_TRUE(test("Lock", "explore").child("error"));
}

TEST_F(Junit, NamesAreUniqueWithinASuite) {
  write(std::vector<Record>{samples::deadlock(), samples::deadlock(), samples::deadlock()});
  EXPECT_TRUE(test("Lock", "explore"));
  EXPECT_TRUE(test("Lock", "explore #2"));
  EXPECT_TRUE(test("Lock", "explore #3"));
}

TEST_F(Junit, TimesAreDecimals) {
  write(render::records_without_numbers());
  for (const pugi::xpath_node& time : document_.select_nodes("//@time")) {
    EXPECT_EQ(std::string(time.attribute().value()).find_first_not_of("0123456789."), std::string::npos) << time.attribute().value();
  }
}

TEST_F(Junit, WhatXmlForbidsIsReplaced) {
  std::vector<Record> records{samples::deadlock()};
  records[0].failure->message = std::string("a\0b\x01\x1b\xFF", 6) + "\uFFFF<&\"";
  write(records);
  EXPECT_STREQ(test("Lock", "explore").child("failure").attribute("message").value(), "deadlock: a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD<&\"");
}

}  // namespace
}  // namespace proberen
