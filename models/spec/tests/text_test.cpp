#include <gtest/gtest.h>

#include "proberen/scenario.hpp"
#include "proberen/spec/fifo.hpp"
#include "proberen/subject.hpp"

namespace proberen {
namespace {

TEST(Value, TextReadsBack) {
  for (const Value& value : {Value(), Value(true), Value(false), Value(-7), Value("timeout"), Value("two words"), Value("quo\"te\\\n"),
                             Value("none"), Value("true"), Value("12"), Value("")}) {
    EXPECT_EQ(Value::parse(value.text()), value) << value.text();
  }
  EXPECT_EQ(Value::parse("1x"), std::nullopt);
  EXPECT_EQ(Value::parse("\"open"), std::nullopt);
}

TEST(Scenario, TextReadsBack) {
  for (const char* text : {"put(1) get | get", "put(1) : try_get | try_get | put(-2)", "set(\"a | b\", true)", "get | "}) {
    EXPECT_EQ(Scenario::parse(text).text(), text);
    EXPECT_EQ(Scenario::parse(Scenario::parse(text).text()), Scenario::parse(text));
  }
  EXPECT_EQ(Scenario::parse("  put( 1 )|get").threads.size(), 2u);
}

TEST(Scenario, BadTextSaysWhere) {
  for (const char* text : {"put(", "put(1", "put(1,)", "put(1) ; get", "put(\"x)", "a : b : c"}) {
    try {
      (void)Scenario::parse(text);
      ADD_FAILURE() << text << " was accepted";
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("at character"), std::string::npos) << error.what();
    }
  }
}

struct Thing {
  int put(int item) { return item; }
};

TEST(Subject, AMistakeInTheDeclarationIsNoted) {
  const std::size_t before = subjects().size();
  SubjectBuilder<Thing>("unknown operation", spec::Fifo{}).operation("push", &Thing::put, gen::truth());
  SubjectBuilder<Thing>("missing generator", spec::Fifo{}).operation("put", &Thing::put);
  SubjectBuilder<Thing>("bad scenario", spec::Fifo{}).operation("put", &Thing::put, gen::in_range(1, 2)).scenario("s", "put | put(1)");
  SubjectBuilder<Thing>("fine", spec::Fifo{}).operation("put", &Thing::put, gen::in_range(1, 2)).scenario("s", "put(1) | put(2)");
  EXPECT_NE(subjects()[before].problem.find("the spec does not know it; it knows put"), std::string::npos);
  EXPECT_NE(subjects()[before + 1].problem.find("1 parameters, but 0 generators"), std::string::npos);
  EXPECT_NE(subjects()[before + 2].problem.find("put takes 1 arguments"), std::string::npos);
  EXPECT_EQ(subjects()[before + 3].problem, "");
  EXPECT_THROW((void)subjects()[before + 3].operation_number("get"), std::invalid_argument);
}

}  // namespace
}  // namespace proberen
