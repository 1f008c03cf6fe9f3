#include "batch/warning_filters.h"

#include <gtest/gtest.h>

namespace ouro::batch {
namespace {

const Warning kSyntax{WarningCategory::SyntaxWarning, "\"is\" with a literal", 4};
const Warning kDeprecated{WarningCategory::DeprecationWarning, "invalid escape sequence '\\d'", 7};

TEST(WarningFilters, DefaultsHideDeprecationsOutsideMain) {
  const WarningFilters filters;
  EXPECT_EQ(filters.decide(kSyntax, "a.py"), WarningAction::Show);
  EXPECT_EQ(filters.decide(kDeprecated, "a.py"), WarningAction::Ignore);
  EXPECT_EQ(filters.decide(kDeprecated, "__main__.py"), WarningAction::Show);
}

TEST(WarningFilters, TheLastOptionWins) {
  WarningFilters filters;
  EXPECT_EQ(filters.add("error"), "");
  EXPECT_EQ(filters.add("ignore::DeprecationWarning"), "");
  EXPECT_EQ(filters.decide(kSyntax, "a.py"), WarningAction::Error);
  EXPECT_EQ(filters.decide(kDeprecated, "a.py"), WarningAction::Ignore);
}

TEST(WarningFilters, EveryFieldSelects) {
  WarningFilters filters;
  EXPECT_EQ(filters.add("e:Invalid Escape:DeprecationWarning:pkg/a:7"), "");
  EXPECT_EQ(filters.decide(kDeprecated, "pkg/a.py"), WarningAction::Error);
  EXPECT_EQ(filters.decide(kDeprecated, "pkg/b.py"), WarningAction::Ignore);
  Warning elsewhere = kDeprecated;
  elsewhere.line = 8;
  EXPECT_EQ(filters.decide(elsewhere, "pkg/a.py"), WarningAction::Ignore);
}

TEST(WarningFilters, MalformedOptionsAreRefusedInPythonsWords) {
  WarningFilters filters;
  EXPECT_EQ(filters.add("sometimes"), "invalid action: 'sometimes'");
  EXPECT_EQ(filters.add("ignore::NoSuchWarning"), "unknown warning category: 'NoSuchWarning'");
  EXPECT_EQ(filters.add("ignore::::x"), "invalid lineno 'x'");
  EXPECT_EQ(filters.add("a:b:c:d:e:f"), "too many fields (max 5): 'a:b:c:d:e:f'");
  EXPECT_EQ(filters.decide(kSyntax, "a.py"), WarningAction::Show);
}

}  // namespace
}  // namespace ouro::batch
