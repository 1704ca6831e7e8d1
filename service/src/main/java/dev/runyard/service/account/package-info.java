/** People: their accounts, how they sign in, the projects they are members of, and the tokens of their programs. */
@NullMarked
package dev.runyard.service.account;

import org.jspecify.annotations.NullMarked;
