#include "workflow/input_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pianola::workflow {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A root folder with a file in it, and a file beside the root.
class InputFiles : public testing::Test {
 protected:
  InputFiles() {
    std::string pattern = (fs::temp_directory_path() / "pianola-files-XXXXXX").string();
    folder_ = fs::canonical(::mkdtemp(pattern.data()));
    fs::create_directories(folder_ / "root" / "sub");
    write("root/mail.txt", "Hello");
    write("secret.txt", "Secret");
    settings_.roots = {(folder_ / "root").string()};
  }
  ~InputFiles() override { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& text) {
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Result<std::vector<InputFile>> take(const std::string& file) { return take_input_files(settings_, {{"mail", file}}); }
  std::string code(const std::string& file) {
    const auto taken = take(file);
    return taken ? "" : taken.error().code;
  }

  fs::path folder_;
  Settings settings_;
};

TEST_F(InputFiles, FileIsKeptAsPathSizeAndHash) {
  const auto taken = take("mail.txt");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_THAT(*taken, ElementsAre(InputFile{"mail", path("root/mail.txt"), 5, Hash::of("Hello")}));
  EXPECT_EQ(code(path("root/mail.txt")), "");
}

TEST_F(InputFiles, PathsOutsideTheRootsAreRefusedHoweverTheyAreWritten) {
  fs::create_symlink(path("secret.txt"), path("root/link.txt"));
  fs::create_symlink(folder_, path("root/up"));
  for (const std::string& outside :
       {path("secret.txt"), std::string("../secret.txt"), std::string("sub/../../secret.txt"), std::string("link.txt"),
        std::string("up/secret.txt")}) {
    EXPECT_EQ(code(outside), "outside_roots") << outside;
  }
  fs::create_directories(folder_ / "rootless");
  write("rootless/a.txt", "a");
  EXPECT_EQ(code(path("rootless/a.txt")), "outside_roots") << "a common prefix is not a folder";
}

TEST_F(InputFiles, LinksInsideTheRootsAreFollowed) {
  fs::create_symlink(path("root/mail.txt"), path("root/sub/link.txt"));
  EXPECT_EQ(take("sub/link.txt").value().at(0).path, path("root/mail.txt"));
}

TEST_F(InputFiles, WhatIsNoUsableFileIsRefused) {
  write("root/binary", "\xff\xfe");
  std::ofstream(path("root/large")).close();
  fs::resize_file(path("root/large"), static_cast<std::uintmax_t>(kLargestInputFile) + 1);
  ASSERT_EQ(::mkfifo(path("root/pipe").c_str(), 0600), 0);
  EXPECT_EQ(code("none.txt"), "unreadable_file");
  EXPECT_EQ(code("sub"), "unreadable_file");
  EXPECT_EQ(code("pipe"), "unreadable_file");
  EXPECT_EQ(code("large"), "too_large");
  EXPECT_EQ(code("binary"), "not_text");
}

TEST_F(InputFiles, WithoutRootsNoFileIsReadAndTheReasonIsGiven) {
  settings_.roots.clear();
  settings_.no_roots_reason = "Start it with --root.";
  const auto taken = take("mail.txt");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "input_files_not_allowed");
  EXPECT_EQ(taken.error().message, "Start it with --root.");
  EXPECT_TRUE(take_input_files(settings_, {}));
}

TEST_F(InputFiles, TextBecomesTheValueAndChangesAreTold) {
  const std::vector<InputFile> files = take("mail.txt").value();
  std::vector<ChangedFile> changed;
  EXPECT_EQ(with_file_texts({{"id", 1}}, files, changed), (Json{{"id", 1}, {"mail", "Hello"}}));
  EXPECT_THAT(changed, IsEmpty());
  write("root/mail.txt", "Hello again");
  EXPECT_EQ(with_file_texts(Json::object(), files, changed)["mail"], "Hello again");
  EXPECT_THAT(changed, ElementsAre(ChangedFile{path("root/mail.txt"), Hash::of("Hello again").text()}));
}

TEST_F(InputFiles, FileThatIsGoneHasNoValue) {
  const std::vector<InputFile> files = take("mail.txt").value();
  fs::remove(path("root/mail.txt"));
  std::vector<ChangedFile> changed;
  EXPECT_EQ(with_file_texts(Json::object(), files, changed), Json::object());
  EXPECT_THAT(changed, ElementsAre(ChangedFile{path("root/mail.txt"), ""}));
}

TEST_F(InputFiles, FileThatBecameALinkOrTooLargeIsNotRead) {
  const std::vector<InputFile> files = take("mail.txt").value();
  fs::remove(path("root/mail.txt"));
  fs::create_symlink(path("secret.txt"), path("root/mail.txt"));
  std::vector<ChangedFile> changed;
  EXPECT_EQ(with_file_texts(Json::object(), files, changed), Json::object());
  fs::remove(path("root/mail.txt"));
  write("root/mail.txt", "x");
  fs::resize_file(path("root/mail.txt"), static_cast<std::uintmax_t>(kLargestInputFile) + 1);
  EXPECT_EQ(with_file_texts(Json::object(), files, changed), Json::object());
  EXPECT_EQ(changed.size(), 2U);
}

// The working directory and the environment as they were, at the end.
class DefaultRoots : public InputFiles {
 protected:
  DefaultRoots() {
    ::unsetenv("CLAUDE_PROJECT_DIR");
    ::setenv("HOME", path("root").c_str(), 1);
  }
  ~DefaultRoots() override {
    fs::current_path(before_);
    ::setenv("HOME", home_.c_str(), 1);
    ::unsetenv("CLAUDE_PROJECT_DIR");
  }
  Settings defaults_in(const fs::path& here) {
    fs::current_path(here);
    Settings settings;
    set_default_roots(settings);
    return settings;
  }

 private:
  fs::path before_ = fs::current_path();
  std::string home_ = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
};

TEST_F(DefaultRoots, ProjectOfTheHostGoesBeforeTheWorkingDirectory) {
  EXPECT_THAT(defaults_in(folder_ / "root" / "sub").roots, ElementsAre(path("root/sub")));
  fs::create_directories(path("root/project"));
  ::setenv("CLAUDE_PROJECT_DIR", path("root/project").c_str(), 1);
  EXPECT_THAT(defaults_in(folder_ / "root" / "sub").roots, ElementsAre(path("root/project")));
}

TEST_F(DefaultRoots, AProjectThatHoldsEverythingIsTooWideToo) {
  ::setenv("CLAUDE_PROJECT_DIR", "/", 1);
  EXPECT_THAT(defaults_in(folder_ / "root" / "sub").roots, IsEmpty());
}

TEST_F(DefaultRoots, HomeAndWhatIsAboveItHoldTooMuch) {
  for (const fs::path& here : {folder_ / "root", folder_, fs::path("/")}) {
    const Settings settings = defaults_in(here);
    EXPECT_THAT(settings.roots, IsEmpty()) << here;
    EXPECT_THAT(settings.no_roots_reason, HasSubstr("--root"));
  }
}

}  // namespace
}  // namespace pianola::workflow
