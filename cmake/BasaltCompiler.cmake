# Compiler flags shared by every preset.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)  # __int128 as an ordinary integer type
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(BASALT_CHECKS "Keep DEBUG_ENSURE checks" OFF)
set(BASALT_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

set(CMAKE_CXX_FLAGS_RELASSERT "-O1 -g1")
set(CMAKE_C_FLAGS_RELASSERT "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Werror -Wno-unused-parameter -fno-omit-frame-pointer
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
                    $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>
                    # GCC 12 reports false positives of these at -O1 and above in standard containers.
                    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                    -Wno-array-bounds -Wno-dangling-pointer)
add_compile_definitions($<$<BOOL:${BASALT_CHECKS}>:BASALT_CHECKS=1>)

if(BASALT_SANITIZE)
  add_compile_options(-fsanitize=${BASALT_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BASALT_SANITIZE})
endif()

find_package(Threads REQUIRED)
