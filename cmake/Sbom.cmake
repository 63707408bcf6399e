# The software bill of materials of a wheel (PEP 770): what is compiled into the modules, besides this project's sources.
# It has no time stamp or serial number, so that the same sources give the same wheel.

function(wordkin_install_sbom)
  if(NOT SKBUILD_METADATA_DIR)
    return()  # not a build of a wheel
  endif()
  wordkin_component(pybind11 "${pybind11_VERSION}" BSD-3-Clause "pkg:pypi/pybind11@${pybind11_VERSION}")
  set(wordkin_components "${component}")
  set(wordkin_references "\"pybind11@${pybind11_VERSION}\"")
  if(WORDKIN_STATIC_RUNTIME STREQUAL "zig")
    set(version "${CMAKE_CXX_COMPILER_VERSION}")
    wordkin_component(libc++ "${version}" "Apache-2.0 WITH LLVM-exception" "pkg:generic/libc%2B%2B@${version}")
    string(APPEND wordkin_components ",\n${component}")
    string(APPEND wordkin_references ", \"libc++@${version}\"")
  elseif(WORDKIN_STATIC_RUNTIME STREQUAL "gcc")
    set(version "${CMAKE_CXX_COMPILER_VERSION}")
    wordkin_component(libstdc++ "${version}" "GPL-3.0-or-later WITH GCC-exception-3.1"
      "pkg:generic/libstdc%2B%2B@${version}")
    string(APPEND wordkin_components ",\n${component}")
    string(APPEND wordkin_references ", \"libstdc++@${version}\"")
  endif()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/sbom.cdx.json.in" "${PROJECT_BINARY_DIR}/wordkin.cdx.json" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/wordkin.cdx.json" DESTINATION "${SKBUILD_METADATA_DIR}/sboms")
endfunction()

# Sets `component` to the entry of one library.
function(wordkin_component name version licence purl)
  set(component "    {
      \"type\": \"library\",
      \"bom-ref\": \"${name}@${version}\",
      \"name\": \"${name}\",
      \"version\": \"${version}\",
      \"licenses\": [{ \"expression\": \"${licence}\" }],
      \"purl\": \"${purl}\"
    }" PARENT_SCOPE)
endfunction()
