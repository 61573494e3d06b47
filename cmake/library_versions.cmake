# Sets `result` to "libcurl 7.88.1,openssl 3.0.22,…": what `orch --version -v` prints. The archives
# come from the same packages as these files.
function(orch_library_versions result)
  file(STRINGS "${ORCH_DEPS}/include/curl/curlver.h" line REGEX "define LIBCURL_VERSION \"")
  string(REGEX REPLACE ".*\"(.*)\".*" "libcurl \\1" versions "${line}")
  foreach(package openssl libcares libnghttp2 zlib libsodium sqlite3 yaml-cpp nlohmann_json fmt spdlog CLI11)
    find_file(ORCH_PC_${package} NAMES ${package}.pc NO_DEFAULT_PATH
      PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/pkgconfig /usr/lib/pkgconfig /usr/share/pkgconfig)
    mark_as_advanced(ORCH_PC_${package})
    if(ORCH_PC_${package})
      file(STRINGS "${ORCH_PC_${package}}" line REGEX "^Version:")
      string(REGEX REPLACE "^Version: *" "${package} " line "${line}")
      list(APPEND versions "${line}")
    endif()
  endforeach()
  list(JOIN versions "," versions)
  set(${result} "${versions}" PARENT_SCOPE)
endfunction()
