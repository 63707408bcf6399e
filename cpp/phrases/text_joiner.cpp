#include "phrases/text_joiner.h"

#include <vector>

#include "text/token_scanner.h"
#include "text/utf8.h"

namespace wordkin::phrases {
namespace {

class LineWriter {
 public:
  LineWriter(const Matcher& matcher, bool continues_line, const text::CancelFlag* cancelled, JoinedText& out)
      : matcher_(matcher), cancelled_(cancelled), out_(out), is_line_empty_(!continues_line) {}

  void add(const text::HashedWord& word) { tokens_.push_back(matcher_.token_of(word)); }
  [[nodiscard]] std::size_t pending() const { return tokens_.size(); }

  void end_sentence() {
    text::throw_if(cancelled_);
    if (tokens_.empty()) return;
    out_.words += static_cast<std::int64_t>(tokens_.size());
    if (is_line_empty_) ++out_.sentences;
    matcher_.join(std::span<const Token>(tokens_), candidates_, *this);
    tokens_.clear();
  }

  void end_line() {
    end_sentence();
    out_.text += '\n';
    is_line_empty_ = true;
  }

  void expect(std::int32_t) {}
  void add_word(std::size_t index) { append(tokens_[index].word.view(), " "); }
  void add_phrase(std::size_t first, std::size_t last, const Match&) {
    append(tokens_[first].word.view(), " ");
    for (std::size_t at = first + 1; at <= last; ++at) append(tokens_[at].word.view(), matcher_.delimiter().bytes());
    ++out_.phrases;
  }

 private:
  void append(std::string_view word, std::string_view separator) {
    if (!is_line_empty_) out_.text += separator;
    out_.text += word;
    is_line_empty_ = false;
  }

  const Matcher& matcher_;
  const text::CancelFlag* cancelled_;
  JoinedText& out_;
  bool is_line_empty_;
  std::vector<Token> tokens_;
  std::vector<Candidate> candidates_;
};

}  // namespace

JoinedText join_block(const Matcher& matcher, std::span<const char> block, bool continues_line,
                      const text::SentenceRules& rules, const text::CancelFlag* cancelled) {
  text::require_utf8(block);
  JoinedText out;
  out.text.reserve(block.size() + block.size() / 16);
  LineWriter writer(matcher, continues_line, cancelled, out);
  text::TokenScanner scanner(block, matcher.seed());
  for (auto event = scanner.next(); event != text::ScanEvent::kEnd; event = scanner.next()) {
    if (event == text::ScanEvent::kToken) {
      text::require_word_length(scanner);
      writer.add(scanner.token());
      if (static_cast<std::int64_t>(writer.pending()) == rules.max_length) writer.end_sentence();
      continue;
    }
    const std::size_t at = scanner.offset() - 1;
    const bool is_rest_of_crlf = block[at] == '\n' && at > 0 && block[at - 1] == '\r';
    if (!is_rest_of_crlf) writer.end_line();
  }
  writer.end_sentence();
  return out;
}

}  // namespace wordkin::phrases
