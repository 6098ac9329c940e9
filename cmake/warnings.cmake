# One interface target carries the flags that every object of ours is compiled with.
add_library(switchblas_flags INTERFACE)
target_compile_options(switchblas_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -fvisibility=hidden
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Wold-style-cast -fvisibility-inlines-hidden>)
if(SWITCHBLAS_WERROR)
  target_compile_options(switchblas_flags INTERFACE -Werror)
endif()
if(SWITCHBLAS_SANITIZE)
  target_compile_options(switchblas_flags INTERFACE -fsanitize=${SWITCHBLAS_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(switchblas_flags INTERFACE -fsanitize=${SWITCHBLAS_SANITIZE})
endif()
target_include_directories(switchblas_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include
  ${PROJECT_BINARY_DIR}/generated)

# Objects that load into other people's processes: libc alone, no exceptions, no type information, no guard calls.
add_library(switchblas_in_process INTERFACE)
target_link_libraries(switchblas_in_process INTERFACE switchblas_flags)
target_compile_options(switchblas_in_process INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics> -ftls-model=initial-exec -fno-plt)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(switchblas_in_process INTERFACE -fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_options(switchblas_in_process INTERFACE -mbranch-protection=standard)
endif()
