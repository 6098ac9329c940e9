// SPDX-License-Identifier: BSD-3-Clause
#include "base/text.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace switchblas::base {
namespace {

TEST(Text, is_put_together_in_pieces) {
  char buffer[64];
  Text text(buffer, sizeof buffer);
  text.add("%d", 12);
  text.add("-%s", "three");
  EXPECT_STREQ(buffer, "12-three");
  EXPECT_EQ(text.length(), std::strlen(buffer));
}

TEST(Text, is_json) {
  char buffer[128];
  Text text(buffer, sizeof buffer);
  text.add("{");
  text.field("path", "a \"b\" \\c\n\td");
  text.field("end", "", "}");
  EXPECT_STREQ(buffer, R"({"path": "a \"b\" \\cd", "end": ""})");
}

TEST(Text, is_cut_and_counted) {
  const std::string whole = "{\"a\": \"bcdefgh\"}";
  for (std::size_t size = 0; size <= whole.size() + 2; ++size) {
    std::string buffer(whole.size() + 4, '#');
    Text text(buffer.data(), size);
    text.add("{");
    text.field("a", "bcdefgh", "");
    text.add("%c", '}');
    EXPECT_EQ(text.length(), whole.size());
    if (size > 0) {
      EXPECT_EQ(std::string(buffer.c_str()), whole.substr(0, size - 1));
    }
    EXPECT_EQ(buffer.substr(size), std::string(buffer.size() - size, '#')) << size;
  }
}

TEST(Text, counts_without_a_buffer) {
  Text text(nullptr, 100);
  text.field("name", "value", "");
  EXPECT_EQ(text.length(), std::strlen("\"name\": \"value\""));
}

}  // namespace
}  // namespace switchblas::base
