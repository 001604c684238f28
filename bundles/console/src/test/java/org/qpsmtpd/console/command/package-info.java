@NullMarked
package org.qpsmtpd.console.command;

import org.jspecify.annotations.NullMarked;
