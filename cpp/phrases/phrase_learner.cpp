#include "phrases/phrase_learner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>

#include "text/utf8.h"

namespace wordkin::phrases {
namespace {

// Buffers keys until the prefetches of their slots and entries have completed.
class KeyBatch {
 public:
  explicit KeyBatch(PhraseCounts& counts) : counts_(counts) {}

  void push(const PhraseKey& key) {
    counts_.table(key.hash).prefetch_slot(key.hash);
    keys_[filled_++] = key;
    if (filled_ == keys_.size()) flush();
  }

  void flush() {
    const auto keys = std::span(keys_).first(filled_);
    for (const PhraseKey& key : keys) counts_.table(key.hash).prefetch_entry(key.hash);
    for (const PhraseKey& key : keys) counts_.table(key.hash).add(key, 1);
    filled_ = 0;
  }

 private:
  PhraseCounts& counts_;
  std::array<PhraseKey, 64> keys_;
  std::size_t filled_ = 0;
};

// The words of a block as ids. Words that the lexicon does not contain yet are -3, -4, ... by their index in `unknown`.
struct BlockWords {
  explicit BlockWords(const text::WordTable& known_words)
      : known(known_words), unknown(text::WordTable::kMaxWords, known_words.seed()) {}

  [[nodiscard]] const text::HashSeed& seed() const { return known.seed(); }
  void prefetch(const text::HashedWord& word) const { known.prefetch(word); }
  void prefetch_bytes(std::span<const text::HashedWord> words) const { known.prefetch_bytes(words); }
  void add_word(const text::HashedWord& word) {
    const WordId id = known.find(word);
    ids.push_back(id >= 0 ? id : -3 - unknown.insert(word));
  }
  void end_sentence() { ids.push_back(text::kSentenceEnd); }

  const text::WordTable& known;
  text::WordTable unknown;
  std::vector<std::int32_t> ids;
};

}  // namespace

PhraseLearner::PhraseLearner(std::string delimiter, std::span<const std::string> connectors, std::size_t max_vocabulary,
                             std::size_t workers, const text::HashSeed& seed)
    : lexicon_(std::move(delimiter), connectors, seed), counts_(seed), max_vocabulary_(max_vocabulary) {
  if (workers > 1)
    pool_ = std::make_unique<parallel::ThreadPool>(std::min<std::size_t>(workers, PhraseCounts::kTables));
}

void PhraseLearner::push(WordId id) {
  ++words_;
  if (lexicon_.is_connector(id)) {
    if (has_first_) gap_ = lexicon_.extend(gap_, id);
    return;
  }
  if (gap_ != kNoGap) stream_.push_back(gap_mark(gap_));
  stream_.push_back(id);
  has_first_ = true;
  gap_ = kNoGap;
}

void PhraseLearner::learn(std::span<const InputBlock> blocks, const text::SentenceRules& rules) {
  block_of_error_ = 0;
  if (pool_ && blocks.size() > 1) {
    learn_in_parallel(blocks, rules);
    return;
  }
  for (const InputBlock& block : blocks) {
    text::require_utf8(block.text);
    text::SentenceSplitter(block.text, rules, block.continues_line, *this).run();
    count_stream();
    ++block_of_error_;
  }
}

void PhraseLearner::learn_in_parallel(std::span<const InputBlock> blocks, const text::SentenceRules& rules) {
  std::vector<BlockWords> found(blocks.size(), BlockWords(lexicon_.table()));
  std::vector<std::exception_ptr> failures(blocks.size());
  pool_->parallel_for(blocks.size(), [&](std::size_t i, std::size_t) {
    try {
      text::require_utf8(blocks[i].text);
      text::SentenceSplitter(blocks[i].text, rules, blocks[i].continues_line, found[i]).run();
    } catch (const text::TextError&) {  // the first error in the text is the one to report
      failures[i] = std::current_exception();
    }
  });
  // Sequentially: new words get their ids in the order of the text.
  for (std::size_t i = 0; i < found.size(); ++i) {
    block_of_error_ = i;
    if (failures[i]) std::rethrow_exception(failures[i]);
    std::vector<WordId> ids(found[i].unknown.size());
    for (std::size_t k = 0; k < ids.size(); ++k)
      ids[k] = lexicon_.insert(found[i].unknown.word(static_cast<WordId>(k)));
    for (const std::int32_t id : found[i].ids) {
      if (id == text::kSentenceEnd)
        end_sentence();
      else
        push(id >= 0 ? id : ids[static_cast<std::size_t>(-3 - id)]);
    }
  }
  count_stream();
}

void PhraseLearner::count_stream() {
  counts_.reserve_words(lexicon_.size());
  // Each word of the stream adds at most itself and one phrase. The splitter ends the last sentence of every text, so
  // the stream consists of whole sentences.
  if (counts_.size() + 2 * stream_.size() > max_vocabulary_) {
    count_with_pruning();
  } else if (!pool_) {
    counts_.add_distinct_words(count_part(stream_, 0, 1));
  } else {
    std::vector<std::size_t> new_words(pool_->size(), 0);
    pool_->parallel_for(new_words.size(), [&](std::size_t part, std::size_t) {
      new_words[part] = count_part(stream_, part, new_words.size());
    });
    counts_.add_distinct_words(std::accumulate(new_words.begin(), new_words.end(), std::size_t{0}));
  }
  stream_.clear();
}

void PhraseLearner::count_with_pruning() {
  for (std::size_t begin = 0; begin < stream_.size();) {
    const auto end = std::find(stream_.begin() + static_cast<std::ptrdiff_t>(begin), stream_.end(), text::kSentenceEnd);
    const auto next = static_cast<std::size_t>(end - stream_.begin()) + 1;
    counts_.add_distinct_words(count_part(std::span(stream_).subspan(begin, next - 1 - begin), 0, 1));
    if (counts_.size() > max_vocabulary_) counts_.prune(min_reduce_++);
    begin = next;
  }
}

std::size_t PhraseLearner::count_part(std::span<const std::int32_t> stream, std::size_t part, std::size_t parts) {
  KeyBatch batch(counts_);
  const auto is_ours = [&](std::uint64_t number) { return parts == 1 || number % parts == part; };
  const auto count = [&](const PhraseKey& key) {
    if (is_ours(PhraseCounts::table_of(key.hash))) batch.push(key);
  };
  std::size_t new_words = 0;
  WordId first = kNoWord;
  GapId gap = kNoGap;
  for (const std::int32_t item : stream) {
    if (item == text::kSentenceEnd) {
      first = kNoWord;
    } else if (item < 0) {
      gap = gap_of(item);
    } else {
      if (is_ours(static_cast<std::uint64_t>(item))) new_words += counts_.add_word(item, 1) ? 1 : 0;
      if (first != kNoWord) count(key_of({first, item, gap}));
      first = item;
      gap = kNoGap;
    }
  }
  batch.flush();
  return new_words;
}

}  // namespace wordkin::phrases
