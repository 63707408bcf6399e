// The option dataclass of a classifier or tagger as a C++ struct.
#pragma once

#include <pybind11/pybind11.h>

#include "bindings/option_fields.h"
#include "tasks/options.h"

namespace wordkin::bindings {

inline constexpr ChoiceNames<tasks::Task, 3> kTaskNames{
    {{"classes", tasks::Task::kClasses}, {"labels", tasks::Task::kLabels}, {"tags", tasks::Task::kTags}}};
inline constexpr ChoiceNames<tasks::Encoding, 2> kEncoderNames{
    {{"lstm", tasks::Encoding::kLstm}, {"rnn", tasks::Encoding::kRnn}}};  // None is tasks::Encoding::kNone
inline constexpr ChoiceNames<tasks::Pooling, 4> kPoolingNames{{{"attention", tasks::Pooling::kAttention},
                                                               {"mean", tasks::Pooling::kMean},
                                                               {"max", tasks::Pooling::kMax},
                                                               {"last", tasks::Pooling::kLast}}};

tasks::Options network_options_from(const pybind11::object& o);

}  // namespace wordkin::bindings
